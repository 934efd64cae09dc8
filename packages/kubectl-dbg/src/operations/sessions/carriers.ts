import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { SessionPod } from './list.ts';
import { workloadOf } from './recognise.ts';

/** A pod with terminated ephemeral containers, which can't be removed from it. */
export interface Carrier {
  namespace: string;
  pod: string;
  workload: string | undefined;
  ended: number;
  running: number;
  /** Whether a controller recreates it without them after a deletion. */
  recreated: boolean;
}

/** Those of the pods that have terminated ephemeral containers. */
export function carriersOf(pods: readonly SessionPod[]): Carrier[] {
  return pods.flatMap(({ pod, sessions }) => {
    const ephemeral = sessions.filter(({ workflow }) => workflow === 'ephemeral');
    const ended = ephemeral.filter(({ state }) => state === 'ended').length;
    const [first] = ephemeral;
    if (first === undefined || ended === 0) return [];
    const { namespace, pod: name } = first;
    return {
      namespace,
      pod: name,
      workload: workloadOf(pod),
      ended,
      running: ephemeral.length - ended,
      recreated: recreating(pod),
    };
  });
}

/** Controllers that recreate a deleted pod. */
const RECREATING: ReadonlySet<string> = new Set([
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
  'Job',
]);

function recreating({ metadata }: Pod): boolean {
  const owners: unknown = metadata?.ownerReferences;
  if (!Array.isArray(owners)) return false;
  return (owners as { kind?: unknown; controller?: unknown }[]).some(
    (owner) => owner?.controller === true && RECREATING.has(String(owner.kind)),
  );
}
