import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { sanitiseShort } from '../base/sanitise.ts';

/** Why a pod terminated, or is terminating, apart from its containers. */
export interface PodEnd {
  /** The reason in the status: Evicted, DeadlineExceeded, NodeLost, PreemptionByScheduler, ... */
  reason: string;
  /** Completes "the pod ". */
  words: string;
}

const WORDS: Readonly<Record<string, string>> = {
  Evicted: 'was evicted',
  DeadlineExceeded: 'reached its activeDeadlineSeconds',
  NodeLost: 'is on a node that no longer answers',
  NodeShutdown: 'was terminated by the shutdown of its node',
  Terminated: 'was terminated by the shutdown of its node',
  Preempting: 'was preempted on its node',
  Preempted: 'was preempted by another pod',
  PreemptionByScheduler: 'was preempted by another pod',
  PreemptionByKubeScheduler: 'was preempted by another pod',
  DeletionByTaintManager: 'was deleted because of a taint of its node',
  EvictionByEvictionAPI: 'was evicted',
  DeletionByPodGC: 'was deleted because its node is gone',
  TerminationByKubelet: 'was terminated by its node',
};

/** Finds out what terminated a pod. Source: pod status reasons of the kubelet; the DisruptionTarget condition. */
export function readPodEnd({ status, metadata }: Pod): PodEnd | undefined {
  const disruption = status?.conditions?.find(
    ({ type, status: held }) => type === 'DisruptionTarget' && held === 'True',
  );
  const reason = status?.reason || disruption?.reason;
  if (reason) {
    const message = status?.message || disruption?.message;
    const detail = message ? ` (${sanitiseShort(message, 300)})` : '';
    return {
      reason: sanitiseShort(reason, 100),
      words: `${WORDS[reason] ?? `ended with ${sanitiseShort(reason, 100)}`}${detail}`,
    };
  }
  if (metadata?.deletionTimestamp !== undefined) return { reason: 'Deleted', words: 'is being deleted' };
  return undefined;
}
