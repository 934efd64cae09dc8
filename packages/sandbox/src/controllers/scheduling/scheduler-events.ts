import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import { eventStamp } from '../../machinery/event-stamp.ts';

const COMPONENT = 'default-scheduler';
/** Nanoseconds per millisecond. */

/** Writes an Event like the scheduler: of events.k8s.io, with eventTime in microseconds and without a count. */
export function recordSchedulerEvent(
  store: Store,
  pod: KubeObject,
  node: string,
  event: { type: 'Normal' | 'Warning'; reason: string; action: string; message: string },
  now: Date,
): void {
  const { name = '', namespace = 'default', uid, resourceVersion } = pod.metadata;
  store.create('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${eventStamp(now)}`, namespace },
    involvedObject: { kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion },
    reason: event.reason,
    message: event.message,
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    type: event.type,
    eventTime: now.toISOString().replace('Z', '000Z'),
    action: event.action,
    reportingComponent: COMPONENT,
    reportingInstance: `${COMPONENT}-${node}`,
  });
}
