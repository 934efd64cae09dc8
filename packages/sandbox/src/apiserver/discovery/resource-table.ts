import { qualifiedName } from '../../machinery/group-resource.ts';
import { CORE_RESOURCES } from './core-resources.ts';
import { GROUP_RESOURCES } from './group-resources.ts';
import {
  ALL_VERBS,
  type GroupVersionRows,
  type ResourceRow,
  type Subresource,
  type Verb,
} from './resource-types.ts';

/** A resource, expanded from its row. */
export interface Resource {
  group: string;
  version: string;
  /** The apiVersion of objects: `v1`, `apps/v1`. */
  apiVersion: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly Verb[];
  shortNames: readonly string[];
  categories: readonly string[];
  storageVersionHash: string | undefined;
  subresources: readonly Subresource[];
  /** Key in the store: the plural and, except for the core group, the group. */
  key: string;
}

export interface GroupVersion {
  group: string;
  version: string;
  apiVersion: string;
  resources: readonly Resource[];
}

/** All group versions: the core group first, then in the order of `/apis`. */
export const GROUP_VERSIONS: readonly GroupVersion[] = [CORE_RESOURCES, ...GROUP_RESOURCES].map(expandRows);

/** The resource of a path; undefined if there is none. */
export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return findGroupVersion(group, version)?.resources.find((resource) => resource.plural === plural);
}

export function findGroupVersion(group: string, version: string): GroupVersion | undefined {
  return GROUP_VERSIONS.find((one) => one.group === group && one.version === version);
}

function expandRows({ group, version, resources }: GroupVersionRows): GroupVersion {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return {
    group,
    version,
    apiVersion,
    resources: resources.map((row) => expandRow(row, group, version, apiVersion)),
  };
}

function expandRow(row: ResourceRow, group: string, version: string, apiVersion: string): Resource {
  return {
    group,
    version,
    apiVersion,
    plural: row.plural,
    singular: row.singular,
    kind: row.kind,
    namespaced: row.clusterScoped !== true,
    verbs: row.verbs ?? ALL_VERBS,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    storageVersionHash: row.storageVersionHash,
    subresources: (row.subresources ?? []).map((sub) => (sub.kind === '' ? { ...sub, kind: row.kind } : sub)),
    key: row.storedAs ?? qualifiedName({ plural: row.plural, group }),
  };
}
