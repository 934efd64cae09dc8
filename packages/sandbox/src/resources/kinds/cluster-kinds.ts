import { required } from '../field-errors.ts';
import { dns1123Subdomain } from '../names.ts';
import { defineKind } from './kind.ts';

export const PRIORITY_CLASSES = defineKind({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
  checkName: dns1123Subdomain,
  default(object) {
    object['preemptionPolicy'] ??= 'PreemptLowerPriority';
  },
});

export const RUNTIME_CLASSES = defineKind({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  checkName: dns1123Subdomain,
  validate: (object) => (object['handler'] === '' ? [required('handler')] : []),
});

export const LEASES = defineKind({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  checkName: dns1123Subdomain,
});

export const POD_DISRUPTION_BUDGETS = defineKind({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  checkName: dns1123Subdomain,
  hasGeneration: true,
  newStatus: () => ({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
});

export const STORAGE_CLASSES = defineKind({
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
  checkName: dns1123Subdomain,
  default(object) {
    object['reclaimPolicy'] ??= 'Delete';
    object['volumeBindingMode'] ??= 'Immediate';
  },
});
