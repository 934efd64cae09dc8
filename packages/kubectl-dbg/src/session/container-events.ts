import type { Event } from 'kubernetes-types/core/v1.d.ts';

/** What the kubelet or the scheduler reports of a container, in the words of container states. */
export interface ContainerReport {
  reason: string;
  message: string;
}

/**
 * Reads an Event of the pod as a report on one container, or undefined if it is about something else.
 *
 * Events come at once; the container's status shows the same up to 15 s later, at the kubelet's next look.
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
    case 'InspectFailed':
      return { reason: 'InvalidImageName', message };
    case 'BackOff':
      return message.includes('pulling image') ? { reason: 'ImagePullBackOff', message } : undefined;
    case 'Failed':
      return readFailure(message);
    default:
      return undefined;
  }
}

function readFailure(message: string): ContainerReport | undefined {
  if (message.startsWith('Failed to pull image')) return { reason: 'ErrImagePull', message };
  const error = /^Error: ([\s\S]*)$/.exec(message)?.[1];
  // `Error: ErrImagePull` and the like repeat the reason only; what happened stands in the event before.
  if (error === undefined || /^\w+$/.test(error)) return undefined;
  if (/runAsNonRoot|runAsUser|configmap|secret|couldn't find key|must specify|subPath/i.test(error)) {
    return { reason: 'CreateContainerConfigError', message: error };
  }
  if (/OCI runtime|failed to (create|start) containerd task|failed to start container/i.test(error)) {
    return { reason: 'RunContainerError', message: error };
  }
  return { reason: 'CreateContainerError', message: error };
}
