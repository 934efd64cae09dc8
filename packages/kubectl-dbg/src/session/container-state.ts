import type { ContainerStateTerminated, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';

/** Where a container of a pod stands, read off the pod. */
export type ContainerView =
  /** The pod has no node yet; `message` are the scheduler's words, if it spoke. */
  | { phase: 'unscheduled'; reason: string; message: string }
  /** No status yet, or waiting; `reason` is Kubernetes' (ContainerCreating, ErrImagePull...) or empty. */
  | { phase: 'waiting'; reason: string; message: string }
  | { phase: 'running'; startedAt: string | undefined }
  | { phase: 'terminated'; terminated: ContainerStateTerminated };

/** The status of the container of that name: init, regular or ephemeral. */
export function containerStatus(pod: Pod, container: string): ContainerStatus | undefined {
  const { initContainerStatuses, containerStatuses, ephemeralContainerStatuses } = pod.status ?? {};
  return [
    ...(initContainerStatuses ?? []),
    ...(containerStatuses ?? []),
    ...(ephemeralContainerStatuses ?? []),
  ].find((status) => status.name === container);
}

export function viewContainer(pod: Pod, container: string): ContainerView {
  const status = containerStatus(pod, container);
  const state = status?.state;
  if (state?.running !== undefined) return { phase: 'running', startedAt: state.running.startedAt };
  if (state?.terminated !== undefined) return { phase: 'terminated', terminated: state.terminated };
  if (state?.waiting !== undefined) {
    return { phase: 'waiting', reason: state.waiting.reason ?? '', message: state.waiting.message ?? '' };
  }
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { phase: 'unscheduled', reason: scheduled.reason ?? '', message: scheduled.message ?? '' };
  }
  if (pod.spec?.nodeName === undefined) return { phase: 'unscheduled', reason: '', message: '' };
  return { phase: 'waiting', reason: '', message: '' };
}
