import { join } from 'node:path';
import type { PodObject } from './types.ts';

/** The directory of a pod's volumes and files. */
export function podDirectory(stateDir: string, pod: PodObject): string {
  return join(stateDir, 'pods', pod.metadata.uid ?? '');
}

/** The path of a container's log. */
export function podLogPath(stateDir: string, pod: PodObject, container: string, attempt: number): string {
  return join(podLogDirectory(stateDir, pod), container, `${attempt}.log`);
}

/** The directory of a pod's logs. */
export function podLogDirectory(stateDir: string, pod: PodObject): string {
  const { namespace, name, uid } = pod.metadata;
  return join(stateDir, 'logs', `${namespace}_${name}_${uid}`);
}

/** The directory of dynamically provisioned volumes. */
export function volumeDirectory(stateDir: string): string {
  return join(stateDir, 'volumes');
}
