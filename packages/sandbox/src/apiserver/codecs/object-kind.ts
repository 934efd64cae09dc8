import { GROUP_VERSIONS, type Resource } from '../discovery/resource-table.ts';
import { goPackage } from '../kinds.ts';

/** Where the real server keeps its scheme, which its message for an unknown kind names. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30';

/**
 * Why an object that says it is of a kind and version cannot be one of a resource; undefined if it can. What it does
 * not say is taken from the resource.
 */
export function kindProblem(
  { kind = '', apiVersion = '' }: { kind?: string; apiVersion?: string },
  resource: Pick<Resource, 'group' | 'kind' | 'apiVersion'>,
): string | undefined {
  const given = {
    kind: kind === '' ? resource.kind : kind,
    apiVersion: apiVersion === '' ? resource.apiVersion : apiVersion,
  };
  if (given.kind === resource.kind && given.apiVersion === resource.apiVersion) return undefined;
  if (!isRegistered(given)) {
    return `no kind "${given.kind}" is registered for version "${given.apiVersion}" in scheme "${SCHEME}"`;
  }
  if (given.kind === resource.kind) return undefined;
  const version = given.apiVersion.split('/').at(-1) ?? '';
  return `converting (${version}.${given.kind}) to (${goPackage(resource.group)}.${resource.kind}): unknown conversion`;
}

function isRegistered({ kind, apiVersion }: { kind: string; apiVersion: string }): boolean {
  return GROUP_VERSIONS.some(
    (one) => one.apiVersion === apiVersion && one.resources.some((resource) => resource.kind === kind),
  );
}
