import type { Node, NodeCondition, Taint } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import type { Store } from '../../store/types.ts';
import type { ControllerClient } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { TaintEviction } from './taint-eviction.ts';

type StoredNode = Node & KubeObject;

const COMPONENT = 'node-controller';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

/**
 * Removes the taints of a node that is ready again, and evicts the pods of an unreachable node after their tolerations.
 * Returns the stop function.
 */
export function startNodeLifecycle(client: ControllerClient): () => void {
  const { store, now } = client;
  const eviction = new TaintEviction(client);
  const update = (node: StoredNode): void => {
    const lost = taintsOf(node).some(({ key }) => key === UNREACHABLE);
    if (lost && isReady(node)) {
      setTaints(
        store,
        node,
        taintsOf(node).filter(({ key }) => key !== UNREACHABLE),
      );
      recordEvent(store, COMPONENT, node, status('NodeReady', node), now());
    }
    eviction.update(node.metadata.name ?? '', lost && !isReady(node) ? UNREACHABLE : undefined);
  };
  const stop = store.subscribe<StoredNode>('nodes', ({ type, object }) => {
    if (type === 'DELETED') eviction.update(object.metadata.name ?? '', undefined);
    else
      setImmediate(() =>
        update(store.get<StoredNode>('nodes', undefined, object.metadata.name ?? '') ?? object),
      );
  });
  return () => {
    stop();
    eviction.stop();
  };
}

/** Marks a node whose kubelet has stopped reporting as unreachable, and its pods as not ready, as after the grace period. */
export function markUnreachable(store: Store, name: string, now: Date): void {
  const time = timestamp(now);
  const node = store.update<StoredNode>('nodes', undefined, name, (draft) => {
    for (const condition of draft.status?.conditions ?? []) markUnknown(condition, time);
  });
  if (node === undefined) return;
  const added = (['NoSchedule', 'NoExecute'] as const).map((effect) => ({
    key: UNREACHABLE,
    effect,
    timeAdded: time,
  }));
  setTaints(store, node, [...taintsOf(node).filter(({ key }) => key !== UNREACHABLE), ...added]);
  recordEvent(store, COMPONENT, node, status('NodeNotReady', node), now);
  for (const pod of store.list<PodObject>('pods')) {
    if (pod.spec.nodeName !== name) continue;
    const changed = store.update<PodObject>(
      'pods',
      pod.metadata.namespace,
      pod.metadata.name ?? '',
      (draft) => {
        const ready = draft.status.conditions?.find(({ type }) => type === 'Ready');
        if (ready === undefined || ready.status === 'False') return;
        ready.status = 'False';
        ready.lastTransitionTime = time;
      },
    );
    if (changed === pod) continue;
    const event = { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' } as const;
    recordEvent(store, COMPONENT, pod, event, now);
  }
}

function markUnknown(condition: NodeCondition, time: string): void {
  if (condition.status !== 'Unknown') condition.lastTransitionTime = time;
  condition.status = 'Unknown';
  condition.reason = 'NodeStatusUnknown';
  condition.message = 'Kubelet stopped posting node status.';
}

function isReady({ status: { conditions = [] } = {} }: StoredNode): boolean {
  return conditions.some(({ type, status: word }) => type === 'Ready' && word === 'True');
}

function taintsOf({ spec }: StoredNode): readonly Taint[] {
  return spec?.taints ?? [];
}

function setTaints(store: Store, { metadata }: StoredNode, taints: readonly Taint[]): void {
  store.update<KubeObject & { spec?: Record<string, unknown> }>(
    'nodes',
    undefined,
    metadata.name ?? '',
    (draft) => {
      const { taints: _taints, ...rest } = draft.spec ?? {};
      draft.spec = { ...rest, ...(taints.length === 0 ? {} : { taints }) };
    },
  );
}

function status(
  reason: string,
  { metadata }: StoredNode,
): { type: 'Normal'; reason: string; message: string } {
  return { type: 'Normal', reason, message: `Node ${metadata.name} status is now: ${reason}` };
}
