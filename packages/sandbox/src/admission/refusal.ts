import { StatusError } from '../machinery/status-error.ts';
import type { KubeObject } from '../machinery/objects.ts';

/** The 403 of an admission plugin: `pods "p" is forbidden: REASON`. */
export function refusal(plural: string, group: string, object: KubeObject, reason: string): StatusError {
  const name = object.metadata.name ?? object.metadata.generateName ?? '';
  const resource = group === '' ? plural : `${plural}.${group}`;
  return new StatusError(403, 'Forbidden', `${resource} "${name}" is forbidden: ${reason}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: plural,
  });
}

/** The 403 for a pod. */
export function podRefusal(object: KubeObject, reason: string): StatusError {
  return refusal('pods', '', object, reason);
}
