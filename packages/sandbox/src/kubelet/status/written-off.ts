import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerStatus, PodStatus } from '../types.ts';

/** What a container is said to have come to that never ran, once its pod is over. */
const UNKNOWN = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
  startedAt: null,
  finishedAt: null,
} as unknown as NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/**
 * The last status of a pod of which nothing runs any more: a container whose end nobody has seen counts as failed, and
 * so does a pod that has come to no end of its own. Conditions stay as they are, and so do ephemeral containers.
 */
export function writtenOff(spec: PodSpec, status: PodStatus): PodStatus {
  const { initContainerStatuses: init = [], containerStatuses: regular = [], phase } = status;
  const begun = init.findLastIndex(hasRun) + 1;
  // One of them is to blame, even if none was begun.
  const blamed = Math.max(1, begun);
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  return {
    ...status,
    phase: isOver ? phase : 'Failed',
    ...(init.length === 0
      ? {}
      : { initContainerStatuses: init.map((one, index) => (index < blamed ? ended(one) : one)) }),
    containerStatuses: wasInitialized(spec, init, regular) ? regular.map(ended) : regular,
  };
}

function ended(status: ContainerStatus): ContainerStatus {
  return status.state?.terminated === undefined ? { ...status, state: { terminated: UNKNOWN } } : status;
}

function hasRun({ state, lastState }: ContainerStatus): boolean {
  return state?.waiting === undefined || lastState?.terminated !== undefined;
}

function wasInitialized(
  spec: PodSpec,
  init: readonly ContainerStatus[],
  regular: readonly ContainerStatus[],
): boolean {
  if (init.length === 0 || regular.some(hasRun)) return true;
  const last = init.at(-1);
  const isSidecar = spec.initContainers?.at(-1)?.restartPolicy === 'Always';
  if (isSidecar) return last?.state?.running !== undefined && last.started === true;
  return last?.state?.terminated?.exitCode === 0 || last?.lastState?.terminated?.exitCode === 0;
}
