import { join } from 'node:path';
import type { PodObject } from './types.ts';

/** Where the kubelet keeps a pod's volumes and files. */
export function podDirectory(stateDir: string, pod: PodObject): string {
  return join(stateDir, 'pods', pod.metadata.uid ?? '');
}

/** Where a container's log is written. */
export function podLogPath(stateDir: string, pod: PodObject, container: string, attempt: number): string {
  return join(podLogDirectory(stateDir, pod), container, `${attempt}.log`);
}

/** Where a pod's logs are. */
export function podLogDirectory(stateDir: string, pod: PodObject): string {
  const { namespace, name, uid } = pod.metadata;
  return join(stateDir, 'logs', `${namespace}_${name}_${uid}`);
}

/** Where the volumes are that were made for claims. */
export function volumeDirectory(stateDir: string): string {
  return join(stateDir, 'volumes');
}
