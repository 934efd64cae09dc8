import type { Event } from 'kubernetes-types/core/v1.d.ts';

/** A report of the kubelet or the scheduler on a container, in the terms of container states. */
export interface ContainerReport {
  reason: string;
  message: string;
}

/**
 * Reads an Event of the pod as a report on one container; undefined if it is about something else.
 *
 * Events arrive at once; the container's status shows the same up to 15 s later, at the kubelet's next sync.
 */
export function readEvent(event: Event, container: string): ContainerReport | undefined {
  const message = event.message ?? '';
  if (event.reason === 'FailedScheduling') return { reason: 'Unschedulable', message };
  if (event.reason === 'FailedMount' || event.reason === 'FailedCreatePodSandBox') {
    return { reason: event.reason, message };
  }
  const fieldPath = event.involvedObject.fieldPath ?? '';
  if (!fieldPath.endsWith(`{${container}}`)) return undefined;
  switch (event.reason) {
    case 'Pulling':
    case 'Pulled':
    case 'Created':
    case 'ErrImageNeverPull':
      return { reason: event.reason, message };
    case 'FailedPostStartHook':
      return { reason: 'PostStartHookError', message };
    case 'InspectFailed':
      return { reason: 'InvalidImageName', message };
    case 'BackOff':
      if (message.includes('pulling image')) return { reason: 'ImagePullBackOff', message };
      return message.includes('restarting failed container')
        ? { reason: 'CrashLoopBackOff', message }
        : undefined;
    case 'Failed':
      return readFailure(message);
    default:
      return undefined;
  }
}

function readFailure(message: string): ContainerReport | undefined {
  if (message.startsWith('Failed to pull image')) return { reason: 'ErrImagePull', message };
  const error = /^Error: ([\s\S]*)$/.exec(message)?.[1];
  // `Error: ErrImagePull` and the like only repeat the reason; the previous event has the cause.
  if (error === undefined || /^\w+$/.test(error)) return undefined;
  if (/runAsNonRoot|runAsUser|configmap|secret|couldn't find key|must specify|subPath/i.test(error)) {
    return { reason: 'CreateContainerConfigError', message: error };
  }
  if (/OCI runtime|failed to (create|start) containerd task|failed to start container/i.test(error)) {
    return { reason: 'RunContainerError', message: error };
  }
  return { reason: 'CreateContainerError', message: error };
}
