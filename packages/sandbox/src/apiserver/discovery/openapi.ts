import { createHash } from 'node:crypto';
import { GROUP_VERSIONS } from './resource-table.ts';

/** `/openapi/v3`: the path of each group version's document, with a hash for caching. */
export function openApiIndex(): unknown {
  const groups = GROUP_VERSIONS.flatMap(({ group, version }) =>
    group === '' ? ['api', `api/${version}`] : ['apis', `apis/${group}`, `apis/${group}/${version}`],
  );
  const all = ['.well-known/openid-configuration', ...groups, 'openid/v1/jwks', 'version'];
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const path of [...new Set(all)].toSorted()) {
    const hash = createHash('sha512').update(path).digest('hex').toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}
