import { randomBytes } from 'node:crypto';
import { timestamp } from '../machinery/timestamp.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';

/** Bytes of the unique suffix of an Event's name. */
const SUFFIX_BYTES = 8;

export interface EventText {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

interface StoredEvent extends KubeObject {
  count?: number;
}

/** Writes an Event about an object, or increments the count of an equal one. */
export function recordEvent(
  store: Store,
  component: string,
  object: KubeObject,
  event: EventText,
  now: Date,
): void {
  const { name = '', namespace = 'default', uid, resourceVersion } = object.metadata;
  const time = timestamp(now);
  const same = store
    .list<StoredEvent>('events', namespace)
    .find(
      (other) =>
        other['reason'] === event.reason &&
        other['message'] === event.message &&
        (other['involvedObject'] as { uid?: string } | undefined)?.uid === uid,
    );
  if (same !== undefined) {
    store.update<StoredEvent>('events', namespace, same.metadata.name ?? '', (draft) => {
      draft.count = (draft.count ?? 1) + 1;
      draft['lastTimestamp'] = time;
    });
    return;
  }
  store.create('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(SUFFIX_BYTES).toString('hex')}`, namespace },
    involvedObject: {
      kind: object.kind,
      namespace,
      name,
      uid,
      apiVersion: object.apiVersion,
      resourceVersion,
    },
    reason: event.reason,
    message: event.message,
    source: { component },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type: event.type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: '',
  });
}
