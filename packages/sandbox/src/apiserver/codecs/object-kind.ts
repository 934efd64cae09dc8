import { GROUP_VERSIONS, type Resource } from '../discovery/resource-table.ts';
import { goPackage } from '../kinds.ts';

/** The source position of the real server's scheme, which is in its message about an unknown kind. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30';

/**
 * Why an object's kind and apiVersion cannot be converted to those of a resource; undefined if they can. Empty values
 * default to the resource's.
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
