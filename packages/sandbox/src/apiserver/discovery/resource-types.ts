/** A verb of the API, as in RBAC and discovery. */
export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource, such as `pods/log`. */
export interface Subresource {
  name: string;
  /** The kind of its requests or responses, in `group` and `version` if set. */
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly Verb[];
}

/** One row of the table of resources: everything that routing and discovery need. */
export interface ResourceRow {
  plural: string;
  singular: string;
  kind: string;
  clusterScoped?: true;
  /** All eight if absent. */
  verbs?: readonly Verb[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
  subresources?: readonly Subresource[];
  /** Key in the store, if another group's resource stores the objects (events.k8s.io). */
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

/** `/status` with the resource's own kind, which the table fills in. */
export const STATUS: Subresource = { name: 'status', kind: '', verbs: READ_WRITE };

export const SCALE: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: READ_WRITE,
};
