import type { ContainerStateTerminated, Pod } from 'kubernetes-types/core/v1.d.ts';
import { containerStatus } from './container-state.ts';

/** The run of a container that its status describes: a containerID, of which each restart gets a new one. */
export function currentRun(pod: Pod, container: string): string | undefined {
  return containerStatus(pod, container)?.containerID;
}

/** Whether the kubelet has restarted the container after this run. */
export function isReplaced(pod: Pod, container: string, run: string | undefined): boolean {
  const current = currentRun(pod, container);
  return run !== undefined && current !== undefined && current !== run;
}

/**
 * How a run terminated; undefined if it has not, or if the status no longer says. The kubelet may restart a container
 * within a tenth of a second: then the end of the run is the container's last state. Default: the current run.
 */
export function endOfRun(
  pod: Pod,
  container: string,
  run: string | undefined,
): ContainerStateTerminated | undefined {
  const { state, lastState } = containerStatus(pod, container) ?? {};
  if (state?.terminated !== undefined && !isReplaced(pod, container, run)) return state.terminated;
  const last = lastState?.terminated;
  return run !== undefined && last?.containerID === run ? last : undefined;
}
