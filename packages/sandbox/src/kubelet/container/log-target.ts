import { KubeletError } from '../../apiserver/node-agent.ts';
import type { ContainerStatus, PodObject } from '../types.ts';

const BAD_REQUEST = 400;

/**
 * The container id, without `containerd://`, of the run whose log is requested.
 *
 * @throws KubeletError 400 with the kubelet's message if there is no log
 */
export function logTarget(pod: PodObject, container: string, previous: boolean): string {
  const { status } = pod;
  const found: ContainerStatus | undefined = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === container);
  const what = `container "${container}" in pod "${pod.metadata.name}"`;
  const refuse = (text: string): KubeletError => new KubeletError(BAD_REQUEST, text);
  if (found === undefined) throw refuse(`${what} is not available`);
  const { state, lastState } = found;
  const last = lastState?.terminated?.containerID;
  if (previous) {
    if (last === undefined) {
      throw refuse(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
    }
    return bare(last);
  }
  if (state?.running !== undefined) return bare(found.containerID ?? '');
  if (state?.terminated !== undefined) return bare(state.terminated.containerID ?? last ?? '');
  if (last !== undefined) return bare(last);
  const reason = state?.waiting?.reason;
  if (reason === 'ErrImagePull') throw refuse(`${what} is waiting to start: image can't be pulled`);
  if (reason === 'ImagePullBackOff') {
    throw refuse(`${what} is waiting to start: trying and failing to pull image`);
  }
  throw refuse(`${what} is waiting to start: ${reason ?? ''}`);
}

function bare(containerId: string): string {
  return containerId.replace(/^containerd:\/\//, '');
}
