import { difference } from './difference.ts';
import { containerStates, isSameWay, startsByName } from './pod-states.ts';

interface PodLike {
  kind?: string;
  metadata?: { deletionTimestamp?: unknown };
  status?: PodStatus;
}

interface PodStatus {
  observedGeneration?: number;
  phase?: string;
  podIP?: string;
  conditions?: { type: string; status: string }[];
}

export function isPod(value: unknown): value is PodLike {
  const { kind, status } = (value ?? {}) as PodLike;
  return kind === 'Pod' && typeof status === 'object' && status !== null;
}

/**
 * Compares two snapshots of a pod, both masked. A pod that is on its way may have been caught a moment earlier or
 * later: then all but its status must be the same, and its containers on the same way.
 */
export function podDifference(
  recorded: PodLike,
  own: PodLike,
  path: string,
  isAwaited: boolean,
): string | undefined {
  const found = difference(recorded, own, path);
  if (found === undefined || progress(recorded) === progress(own)) return found;
  const { status: _expectedStatus, ...expectedRest } = recorded;
  const { status: _gotStatus, ...gotRest } = own;
  const rest = difference(expectedRest, gotRest, path);
  if (rest !== undefined) return rest;
  return isSameWay(recorded, own, isAwaited) ? undefined : found;
}

/** How far a pod has come; where two snapshots agree on this, they must agree on all. */
function progress(pod: PodLike): string {
  const { observedGeneration, phase, podIP, conditions = [] } = pod.status ?? {};
  return JSON.stringify([
    containerStates(pod),
    [...startsByName(pod).values()],
    observedGeneration,
    phase,
    podIP,
    conditions.map(({ type, status }) => `${type}=${status}`).toSorted(),
  ]);
}
