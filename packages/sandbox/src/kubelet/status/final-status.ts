import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerStatus, PodStatus } from '../types.ts';

/** The state of a container that never ran, after its pod has terminated. */
const UNKNOWN = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
  startedAt: null,
  finishedAt: null,
} as unknown as NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/**
 * The final status of a pod without running containers. A container whose termination was not observed counts as failed,
 * and so does a pod without a terminal phase. Conditions and ephemeral containers are not changed.
 */
export function finalStatus(spec: PodSpec, status: PodStatus): PodStatus {
  const { initContainerStatuses: init = [], containerStatuses: regular = [], phase } = status;
  const started = init.findLastIndex(hasRun) + 1;
  // At least one init container counts as failed, even if none was started.
  const unknown = Math.max(1, started);
  const isTerminal = phase === 'Succeeded' || phase === 'Failed';
  return {
    ...status,
    phase: isTerminal ? phase : 'Failed',
    ...(init.length === 0
      ? {}
      : { initContainerStatuses: init.map((one, index) => (index < unknown ? withTermination(one) : one)) }),
    containerStatuses: wasInitialized(spec, init, regular) ? regular.map(withTermination) : regular,
  };
}

function withTermination(status: ContainerStatus): ContainerStatus {
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
