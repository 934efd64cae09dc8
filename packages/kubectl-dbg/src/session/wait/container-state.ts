import type {
  ContainerStateTerminated,
  ContainerStatus,
  EphemeralContainer,
  Pod,
} from 'kubernetes-types/core/v1.d.ts';

/** The state of a container, from the pod's status. */
export type ContainerView =
  /** The pod has no node yet; `message` is the scheduler's message, if any. */
  | { phase: 'unscheduled'; reason: string; message: string }
  /** No status yet, or waiting; `reason` is that of the status (ContainerCreating, ErrImagePull...) or empty. */
  | { phase: 'waiting'; reason: string; message: string; restarts?: number; last?: ContainerStateTerminated }
  | { phase: 'running'; startedAt: string | undefined }
  | { phase: 'terminated'; terminated: ContainerStateTerminated };

/** The container with that name in the pod's spec: init, regular or ephemeral. */
export function containerSpec({ spec }: Pod, name: string): EphemeralContainer | undefined {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  const all: EphemeralContainer[] = [...containers, ...initContainers, ...ephemeralContainers];
  return all.find((container) => container.name === name);
}

/** The status of the container with that name: init, regular or ephemeral. */
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
    const last = status?.lastState?.terminated;
    return {
      phase: 'waiting',
      reason: state.waiting.reason ?? '',
      message: state.waiting.message ?? '',
      // The previous run, if the container is restarted repeatedly.
      ...(last === undefined ? {} : { last, restarts: status?.restartCount ?? 0 }),
    };
  }
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { phase: 'unscheduled', reason: scheduled.reason ?? '', message: scheduled.message ?? '' };
  }
  if (pod.spec?.nodeName === undefined) return { phase: 'unscheduled', reason: '', message: '' };
  return { phase: 'waiting', reason: '', message: '' };
}

/** Whether the kubelet restarts a container with this termination. Ephemeral containers are never restarted. */
export function isRestarted(pod: Pod, name: string, { exitCode }: ContainerStateTerminated): boolean {
  const container = pod.spec?.containers.find((candidate) => candidate.name === name);
  if (container === undefined) return false;
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** A running container that was restarted since `restarts` were counted, as the crash loop that it is. */
export function asCrashLoop(pod: Pod, name: string, view: ContainerView, restarts: number): ContainerView {
  const status = containerStatus(pod, name);
  const last = status?.lastState?.terminated;
  const again = last !== undefined && (status?.restartCount ?? 0) > restarts;
  if (view.phase !== 'running' || !again) return view;
  return { phase: 'waiting', reason: 'CrashLoopBackOff', message: '', last };
}
