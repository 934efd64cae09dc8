/** A verb of the API, as RBAC and discovery name it. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A part of a resource with a path of its own, such as `pods/log`. */
export interface Subresource {
  name: string;
  /** The kind that its requests or answers carry; of `group` and `version` where those are given. */
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly Verb[];
}

/** One row of the table of resources: all that routing and discovery need to know. */
export interface ResourceRow {
  plural: string;
  singular: string;
  kind: string;
  clusterScoped?: true;
  /** Absent: all eight. */
  verbs?: readonly Verb[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
  subresources?: readonly Subresource[];
  /** Key in the store, where another group's resource holds the objects (events.k8s.io). */
  storedAs?: string;
}

/** The resources of one group at one version. */
export interface GroupVersionRows {
  group: string;
  version: string;
  resources: readonly ResourceRow[];
}

export const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

const READ_WRITE = ['get', 'patch', 'update'] as const;

/** `/status` with the resource's own kind: the kind is filled in by the table. */
export const STATUS: Subresource = { name: 'status', kind: '', verbs: READ_WRITE };

export const SCALE: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: READ_WRITE,
};
