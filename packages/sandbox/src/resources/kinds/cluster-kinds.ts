import { required } from '../../machinery/field-errors.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { BUDGET_COLUMNS, budgetRow } from '../tables/budget-table.ts';
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
  columns: BUDGET_COLUMNS,
  row: budgetRow,
});
