import { createHash } from 'node:crypto';
import { GROUP_VERSIONS, type GroupVersion, type Resource } from './resource-table.ts';
import type { Subresource } from './resource-types.ts';

/** `/api`: the versions of the core group. */
export function apiVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: GROUP_VERSIONS.filter(({ group }) => group === '').map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `/apis`: every group except the core group. */
export function apiGroupList(): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames().map(groupEntry) };
}

/** `/apis/GROUP`; undefined for a group that is not served. */
export function apiGroup(group: string): object | undefined {
  if (!groupNames().includes(group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}

/** `/api/v1`, `/apis/GROUP/VERSION`: the resources of one group version. */
export function apiResourceList({ group, apiVersion, resources }: GroupVersion): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersion,
    resources: resources.flatMap((resource) => [
      resourceEntry(resource),
      ...resource.subresources.map((subresource) => subresourceEntry(resource, subresource)),
    ]),
  };
}

export interface AggregatedDiscovery {
  document: unknown;
  /** Changes with the document; for If-None-Match. */
  etag: string;
}

/** `/api` or `/apis` as aggregated discovery, which clients prefer. */
export function aggregatedDiscovery(core: boolean): AggregatedDiscovery {
  const groups = core ? [''] : groupNames();
  const document = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: GROUP_VERSIONS.filter((one) => one.group === group).map(({ version, resources }) => ({
        version,
        resources: resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
  const hash = createHash('sha512').update(JSON.stringify(document)).digest('hex').toUpperCase();
  return { document, etag: `"${hash}"` };
}

function groupNames(): string[] {
  return [...new Set(GROUP_VERSIONS.map(({ group }) => group))].filter((group) => group !== '');
}

function groupEntry(name: string): Record<string, unknown> {
  const versions = GROUP_VERSIONS.filter(({ group }) => group === name).map(({ apiVersion, version }) => ({
    groupVersion: apiVersion,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceEntry(resource: Resource): object {
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(resource.storageVersionHash === undefined ? {} : { storageVersionHash: resource.storageVersionHash }),
  };
}

function subresourceEntry(resource: Resource, { name, group, version, kind, verbs }: Subresource): object {
  return {
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(group === undefined ? {} : { group, version }),
    kind,
    verbs,
  };
}

function aggregatedResource(resource: Resource): object {
  const { shortNames, categories, subresources } = resource;
  return {
    resource: resource.plural,
    responseKind: { group: '', version: '', kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map(({ name, kind, group = '', version = '', verbs }) => ({
            subresource: name,
            responseKind: { group, version, kind },
            verbs,
          })),
        }
      : {}),
  };
}
