import type { DisruptionBudget } from '../disruption.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from './age.ts';
import { AGE, column, NAME } from './columns.ts';

/** A budget has only one of the two limits. */
const NOT_SET = 'N/A';

export const BUDGET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Min Available', 'The minimum number of pods that must be available.'),
  column('Max Unavailable', 'The maximum number of pods that may be unavailable.'),
  column('Allowed Disruptions', 'Calculated number of pods that may be disrupted at this time.', 'integer'),
  AGE,
];

export function budgetRow(object: KubeObject, now: Date): TableRow {
  const { metadata, spec = {}, status = {} } = object as DisruptionBudget;
  return {
    cells: [
      metadata.name ?? '',
      String(spec.minAvailable ?? NOT_SET),
      String(spec.maxUnavailable ?? NOT_SET),
      Number(status['disruptionsAllowed'] ?? 0),
      ageOf(metadata.creationTimestamp, now),
    ],
  };
}
