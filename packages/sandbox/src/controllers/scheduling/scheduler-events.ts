import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';

const COMPONENT = 'default-scheduler';
/** Nanoseconds in a millisecond. */
const NS_PER_MS = 1_000_000n;

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
    metadata: { name: `${name}.${stamp(now)}`, namespace },
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

let last = 0n;

/** Names end in the time in nanoseconds, as all events' do, so that they sort by it; no two are the same. */
function stamp(now: Date): string {
  const time = BigInt(now.getTime()) * NS_PER_MS;
  last = time > last ? time : last + 1n;
  return last.toString(16);
}
