import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { bindPod } from '../../apiserver/subresources/binding.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import { misfit } from '../../resources/nodes/node-fit.ts';
import { NodeUsage } from '../../resources/nodes/node-usage.ts';
import { recordSchedulerEvent } from './scheduler-events.ts';
import { refusalBeforeNodes, refusalOfNodes } from './refusal.ts';
import { missingClaim } from './missing-claim.ts';

type StoredPod = Pod & KubeObject;
type StoredNode = Node & KubeObject;

const SCHEDULER_NAME = 'default-scheduler';
/** About the latency of a real scheduler. The client gets the response to its create, and may write again, before it. */
const LATENCY_MS = 8;

/**
 * Binds each pod without a node to the first node that fits, or records in its status and an Event why none does.
 * Unschedulable pods are retried when a pod terminates or a node or claim changes. Returns the stop function.
 */
export function startScheduler(store: Store, now: () => Date): () => void {
  let queued: NodeJS.Timeout | undefined;
  const usage = new NodeUsage(store);
  /** Pods without a node by uid, in order of creation. */
  const waiting = new Map<string, StoredPod>();
  const pass = (): void => {
    queued = undefined;
    for (const pod of waiting.values()) schedulePod(store, usage, pod, now());
  };
  const queue = (): void => {
    if (waiting.size > 0) queued ??= setTimeout(pass, LATENCY_MS);
  };
  const note = (pod: StoredPod, gone: boolean): void => {
    const { uid = '' } = pod.metadata;
    if (gone || !isWaiting(pod)) waiting.delete(uid);
    else waiting.set(uid, pod);
    queue();
  };
  const stops = [
    store.subscribe<StoredPod>('pods', ({ type, object }) => note(object, type === 'DELETED')),
    store.subscribe('nodes', queue),
    store.subscribe('persistentvolumeclaims', queue),
    () => usage.stop(),
  ];
  for (const pod of store.list<StoredPod>('pods')) note(pod, false);
  return () => {
    for (const stop of stops) stop();
    clearTimeout(queued);
  };
}

function isWaiting({ spec, metadata }: StoredPod): boolean {
  return (
    (spec?.nodeName ?? '') === '' &&
    metadata.deletionTimestamp === undefined &&
    (spec?.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME &&
    (((spec ?? {}) as { schedulingGates?: unknown[] }).schedulingGates ?? []).length === 0
  );
}

function schedulePod(store: Store, usage: NodeUsage, pod: StoredPod, now: Date): void {
  const nodes = store.list<StoredNode>('nodes');
  // Missing claims do not depend on the node.
  const problem = missingClaim(store, pod);
  if (nodes.length > 0 && problem !== undefined) {
    refuse(store, pod, nodes, refusalBeforeNodes(nodes.length, problem), now);
    return;
  }
  const misfits = [];
  for (const node of nodes) {
    const unfit = misfit(usage, node, pod);
    if (unfit.reasons.length === 0) {
      bind(store, pod, node.metadata.name ?? '', now);
      return;
    }
    misfits.push(unfit);
  }
  refuse(store, pod, nodes, refusalOfNodes(misfits), now);
}

function bind(store: Store, pod: StoredPod, node: string, now: Date): void {
  const { namespace = '', name = '' } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${node}`;
  bindPod(store, pod, node, now);
  recordSchedulerEvent(
    store,
    pod,
    node,
    { type: 'Normal', reason: 'Scheduled', action: 'Binding', message },
    now,
  );
}

function refuse(
  store: Store,
  pod: StoredPod,
  nodes: readonly StoredNode[],
  message: string,
  now: Date,
): void {
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (known?.message === message) return;
  const { namespace, name = '' } = pod.metadata;
  const condition = {
    type: 'PodScheduled',
    observedGeneration: pod.metadata.generation ?? 1,
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: timestamp(now),
    reason: 'Unschedulable',
    message,
  };
  store.update<StoredPod>('pods', namespace, name, (draft) => {
    const { conditions = [], ...status } = draft.status ?? {};
    const others = conditions.filter(({ type }) => type !== 'PodScheduled');
    const { phase, ...rest } = status;
    Object.assign(draft, { status: { phase, conditions: [...others, condition], ...rest } });
  });
  const node = nodes[0]?.metadata.name ?? '';
  const event = { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message } as const;
  recordSchedulerEvent(store, pod, node, event, now);
}
