import { difference } from './difference.ts';
import { containerStates, stateClass } from './pod-states.ts';

interface PodLike {
  kind?: string;
  metadata?: { deletionTimestamp?: unknown };
  status?: PodStatus;
}

interface PodStatus {
  observedGeneration?: number;
  phase?: string;
  conditions?: { type: string; status: string }[];
  resources?: unknown;
}

export function isPod(value: unknown): value is PodLike {
  const { kind, status } = (value ?? {}) as PodLike;
  return kind === 'Pod' && typeof status === 'object' && status !== null;
}

/**
 * Compares two snapshots of a pod, both masked. A pod that is on its way may have been caught a moment earlier or
 * later: then all but its status must be the same, and its containers in states of the same class.
 */
export function podDifference(
  recorded: PodLike,
  own: PodLike,
  path: string,
  isAwaited: boolean,
): string | undefined {
  const expected = withoutCgroupNoise(recorded);
  const got = withoutCgroupNoise(own);
  const found = difference(expected, got, path);
  if (found === undefined || progress(expected) === progress(got)) return found;
  const { status: _expectedStatus, ...expectedRest } = expected;
  const { status: _gotStatus, ...gotRest } = got;
  const rest = difference(expectedRest, gotRest, path);
  if (rest !== undefined) return rest;
  const [wanted, seen] = [expected, got].map((pod) => stateClass(pod, isAwaited));
  return wanted === seen ? undefined : found;
}

/** How far a pod has come; where two snapshots agree on this, they must agree on all. */
function progress(pod: PodLike): string {
  const { observedGeneration, conditions = [] } = pod.status ?? {};
  return JSON.stringify([
    containerStates(pod),
    observedGeneration,
    conditions.map(({ type, status }) => `${type}=${status}`).toSorted(),
  ]);
}

/** A kubelet now and then reports the limit of a pod's cgroup that has none; a moment later it does not. */
function withoutCgroupNoise(pod: PodLike): PodLike {
  const { resources, ...status } = pod.status ?? {};
  const noise =
    resources === undefined || JSON.stringify(resources) === '{"limits":{"memory":"9007199254740988Ki"}}';
  return noise ? { ...pod, status } : pod;
}
