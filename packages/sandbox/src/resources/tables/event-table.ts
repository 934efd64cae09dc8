import type { KubeObject } from '../../machinery/objects.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from './age.ts';
import { column, NAME, wide } from './columns.ts';

export const EVENT_COLUMNS: readonly TableColumn[] = [
  column('Last Seen', 'The time at which the most recent occurrence of this event was recorded.'),
  column('Type', 'Type of this event (Normal, Warning), new types could be added in the future'),
  column(
    'Reason',
    "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
  ),
  column('Object', 'The object that this event is about.'),
  wide(
    'Subobject',
    'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
  ),
  wide('Source', 'The component reporting this event. Should be a short machine understandable string.'),
  column('Message', 'A human-readable description of the status of this operation.'),
  wide(
    'First Seen',
    'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)',
  ),
  wide('Count', 'The number of times this event has occurred.'),
  { ...NAME, priority: 1 },
];

interface EventFields {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string };
  source?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingInstance?: string;
  involvedObject?: { kind?: string; name?: string; fieldPath?: string };
}

/** An Event's row in `kubectl get events`. */
export function eventRow(object: KubeObject, now: Date): TableRow {
  const event = object as unknown as EventFields;
  const first = event.firstTimestamp ?? event.eventTime;
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? first;
  const { kind = '', name = '', fieldPath = '' } = event.involvedObject ?? {};
  const about = name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
  const component = event.source?.component ?? event.reportingComponent ?? '';
  const host = event.source?.host ?? event.reportingInstance ?? '';
  return {
    cells: [
      ageOf(last, now),
      event.type ?? '',
      event.reason ?? '',
      about,
      fieldPath,
      host === '' ? component : `${component}, ${host}`,
      (event.message ?? '').trim(),
      ageOf(first, now),
      event.series?.count ?? Math.max(event.count ?? 1, 1),
      object.metadata.name ?? '',
    ],
  };
}
