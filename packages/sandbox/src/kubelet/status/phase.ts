import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerStatus } from '../types.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/**
 * A pod's phase according to its containers' statuses.
 *
 * @param isTerminal none of its containers will be started any more
 */
export function podPhase(
  spec: PodSpec,
  statuses: { init: readonly ContainerStatus[]; regular: readonly ContainerStatus[] },
  isTerminal: boolean,
): PodPhase {
  const { restartPolicy = 'Always' } = spec;
  const init = countInit(spec, statuses.init, isTerminal);
  if (init.failed > 0 && restartPolicy === 'Never') return 'Failed';
  const count = { unknown: 0, running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const container of spec.containers) {
    const status = statuses.regular.find(({ name }) => name === container.name);
    if (status === undefined) count.unknown += 1;
    else if (status.state?.running !== undefined) count.running += 1;
    else if (status.state?.terminated !== undefined) {
      count.stopped += 1;
      if (status.state.terminated.exitCode === 0) count.succeeded += 1;
    } else if (status.lastState?.terminated === undefined) count.waiting += 1;
    else count.stopped += 1;
  }
  const started = count.running + count.stopped > 0;
  if (init.pending > 0 && !(started && init.pendingOnlySidecars)) return 'Pending';
  if (count.waiting > 0) return 'Pending';
  if (count.running > 0 && count.unknown === 0) return 'Running';
  if (count.running === 0 && count.stopped > 0 && count.unknown === 0) {
    const succeeded = count.stopped === count.succeeded;
    if (isTerminal) return succeeded ? 'Succeeded' : 'Failed';
    if (restartPolicy === 'Always') return 'Running';
    if (succeeded) return 'Succeeded';
    return restartPolicy === 'Never' ? 'Failed' : 'Running';
  }
  return 'Pending';
}

function countInit(
  spec: PodSpec,
  statuses: readonly ContainerStatus[],
  isTerminal: boolean,
): { pending: number; pendingOnlySidecars: boolean; failed: number } {
  let pending = 0;
  let pendingRegular = 0;
  let failed = 0;
  for (const container of spec.initContainers ?? []) {
    const status = statuses.find(({ name }) => name === container.name);
    if (container.restartPolicy === 'Always') {
      if (status?.started !== true && !isTerminal) pending += 1;
      continue;
    }
    const ended = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated);
    if (ended === undefined) pendingRegular += 1;
    else if (ended.exitCode !== 0) failed += 1;
  }
  // A failed init container that will be retried also blocks the pod.
  const retried = spec.restartPolicy === 'Never' ? 0 : failed;
  return {
    pending: pending + pendingRegular + retried,
    pendingOnlySidecars: pendingRegular + retried === 0,
    failed,
  };
}
