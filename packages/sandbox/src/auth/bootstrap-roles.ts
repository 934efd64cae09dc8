import type { PolicyRule } from '../resources/kinds/rbac-types.ts';

/*
 * The bootstrap roles of every cluster, as a table. A row is one rule: verbs, API groups and resources, each separated by
 * spaces. `core` is the core group; R, W and RW stand for the verbs that read, that write, and both.
 */

type Row = readonly [verbs: string, groups: string, resources: string];

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const VERBS: Readonly<Record<string, string[]>> = { R: READ, W: WRITE, RW: [...WRITE, ...READ].sort() };

function rules(rows: readonly Row[]): PolicyRule[] {
  return rows.map(([verbs, groups, resources]) => ({
    verbs: VERBS[verbs] ?? verbs.split(' '),
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
  }));
}

function paths(...urls: string[]): PolicyRule[] {
  return [{ verbs: ['get'], nonResourceURLs: urls }];
}

/** The rules of `view`. */
const VIEW = rules([
  [
    'R',
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ],
  [
    'R',
    'core',
    'bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ],
  ['R', 'core', 'namespaces'],
  ['R', 'core events.k8s.io', 'events'],
  ['R', 'discovery.k8s.io', 'endpointslices'],
  [
    'R',
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ],
  ['R', 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'],
  ['R', 'batch', 'cronjobs cronjobs/status jobs jobs/status'],
  [
    'R',
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
  ],
  ['R', 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'],
  ['R', 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'],
  ['R', 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'],
]);

/** What `edit` adds to `view`. No bootstrap role but cluster-admin permits ephemeral containers. */
const EDIT = rules([
  ['R', 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'],
  ['impersonate', 'core', 'serviceaccounts'],
  ['W', 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'],
  ['create', 'core', 'pods/eviction'],
  [
    'W',
    'core',
    'configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ],
  ['create', 'core', 'serviceaccounts/token'],
  [
    'W',
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ],
  ['W', 'autoscaling', 'horizontalpodautoscalers'],
  ['W', 'batch', 'cronjobs jobs'],
  [
    'W',
    'extensions',
    'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
  ],
  ['W', 'policy', 'poddisruptionbudgets'],
  ['W', 'networking.k8s.io', 'ingresses networkpolicies'],
  ['RW', 'coordination.k8s.io', 'leases'],
  ['W', 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'],
  ['W', 'core events.k8s.io', 'events'],
]);

const ADMIN = rules([
  ['create', 'authorization.k8s.io', 'localsubjectaccessreviews'],
  ['RW', 'rbac.authorization.k8s.io', 'rolebindings roles'],
]);

export interface BootstrapRole {
  name: string;
  rules: PolicyRule[];
  /** Labels besides the common one. */
  labels?: Record<string, string>;
  /** The label of the roles that this role aggregates. */
  aggregates?: string;
}

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

/** The ClusterRoles of a new cluster that are relevant to users. */
export const BOOTSTRAP_ROLES: readonly BootstrapRole[] = [
  {
    name: 'cluster-admin',
    rules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ],
  },
  { name: 'admin', rules: [...ADMIN, ...EDIT, ...VIEW], aggregates: `${AGGREGATE}admin` },
  {
    name: 'edit',
    rules: [...EDIT, ...VIEW],
    aggregates: `${AGGREGATE}edit`,
    labels: { [`${AGGREGATE}admin`]: 'true' },
  },
  {
    name: 'view',
    rules: VIEW,
    aggregates: `${AGGREGATE}view`,
    labels: { [`${AGGREGATE}edit`]: 'true' },
  },
  { name: 'system:aggregate-to-admin', rules: ADMIN, labels: { [`${AGGREGATE}admin`]: 'true' } },
  { name: 'system:aggregate-to-edit', rules: EDIT, labels: { [`${AGGREGATE}edit`]: 'true' } },
  { name: 'system:aggregate-to-view', rules: VIEW, labels: { [`${AGGREGATE}view`]: 'true' } },
  {
    name: 'system:discovery',
    rules: paths(
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ),
  },
  {
    name: 'system:public-info-viewer',
    rules: paths('/healthz', '/livez', '/readyz', '/version', '/version/'),
  },
  {
    name: 'system:basic-user',
    rules: rules([
      ['create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'],
      ['create', 'authentication.k8s.io', 'selfsubjectreviews'],
    ]),
  },
  { name: 'system:well-known-viewer', rules: paths('/.well-known', '/.well-known/*') },
  {
    name: 'system:service-account-issuer-discovery',
    rules: paths('/.well-known/openid-configuration', '/openid/v1/jwks'),
  },
];

const AUTHENTICATED = ['system:authenticated'];

/** The ClusterRoleBindings of a new cluster: role, whose name they have, and groups. */
export const BOOTSTRAP_BINDINGS: readonly [role: string, groups: readonly string[]][] = [
  ['cluster-admin', ['system:masters']],
  ['system:discovery', AUTHENTICATED],
  ['system:public-info-viewer', [...AUTHENTICATED, 'system:unauthenticated']],
  ['system:basic-user', AUTHENTICATED],
  ['system:well-known-viewer', AUTHENTICATED],
  ['system:service-account-issuer-discovery', ['system:serviceaccounts']],
];
