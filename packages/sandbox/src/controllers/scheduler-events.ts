import { randomBytes } from 'node:crypto';
import type { KubeObject, Store } from '../store/types.ts';

const COMPONENT = 'default-scheduler';
/** Bytes of the suffix that makes an event's name its own. */
const SUFFIX_BYTES = 8;

/** Writes an event as the scheduler does: in the newer form, with a time in microseconds and no count. */
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
    metadata: { name: `${name}.${randomBytes(SUFFIX_BYTES).toString('hex')}`, namespace },
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
