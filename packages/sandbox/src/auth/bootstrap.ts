import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';
import { BOOTSTRAP_BINDINGS, BOOTSTRAP_ROLES } from './bootstrap-roles.ts';

const RBAC = 'rbac.authorization.k8s.io';
const API_VERSION = `${RBAC}/v1`;
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

/** Stores the roles and bindings of a new cluster; existing ones are not changed. */
export function bootstrapRbac(store: Store): void {
  for (const role of BOOTSTRAP_ROLES) {
    createOnce(store, `clusterroles.${RBAC}`, {
      apiVersion: API_VERSION,
      kind: 'ClusterRole',
      metadata: { name: role.name, labels: { ...LABELS, ...role.labels }, annotations: { ...ANNOTATIONS } },
      rules: structuredClone(role.rules),
      ...(role.aggregates === undefined
        ? {}
        : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [role.aggregates]: 'true' } }] } }),
    });
  }
  for (const [name, groups] of BOOTSTRAP_BINDINGS) {
    createOnce(store, `clusterrolebindings.${RBAC}`, {
      apiVersion: API_VERSION,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels: { ...LABELS }, annotations: { ...ANNOTATIONS } },
      subjects: groups.map((group) => ({ kind: 'Group', apiGroup: RBAC, name: group })),
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    });
  }
}

function createOnce(store: Store, resource: string, object: KubeObject): void {
  if (store.get(resource, undefined, object.metadata.name ?? '') === undefined)
    store.create(resource, object);
}
