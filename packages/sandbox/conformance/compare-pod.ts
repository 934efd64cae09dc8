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
 * Compares two masked snapshots of a pod. A pod whose state is changing may have been read a moment earlier or later:
 * then everything but the status must be equal, and the container states must be neighbours.
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

/** The progress of a pod; snapshots with equal progress must be equal. */
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
