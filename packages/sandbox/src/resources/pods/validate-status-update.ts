import type { PodStatus } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index, invalid } from '../../machinery/field-errors.ts';
import { qualifiedName } from '../../machinery/names.ts';
import { validateObjectMetaUpdate } from '../../machinery/object-meta.ts';
import type { PodObject, PodSpec } from './types.ts';
import { validateAnnotationUpdates } from './validate-annotations.ts';

const SYSTEM_CONDITIONS = new Set(['PodScheduled', 'Ready', 'Initialized']);

/** Validates an update of the status. */
export function validatePodStatusUpdate(pod: PodObject, old: PodObject): FieldError[] {
  const errors = [...validateObjectMetaUpdate(pod, old), ...validateAnnotationUpdates(pod, old)];
  for (const [position, condition] of (pod.status.conditions ?? []).entries()) {
    if (SYSTEM_CONDITIONS.has(condition.type)) continue;
    const at = child(index('metadata.conditions', position), 'Type');
    errors.push(...qualifiedName(condition.type).map((text) => invalid(at, condition.type, text)));
  }
  if (pod.spec.nodeName !== old.spec.nodeName) {
    errors.push(forbidden('status.nodeName', 'may not be changed directly'));
  }
  if (pod.status.qosClass !== old.status.qosClass) {
    errors.push(invalid('status.qosClass', pod.status.qosClass ?? '', 'field is immutable'));
  }
  const policy = old.spec.restartPolicy ?? 'Always';
  for (const [list, restartPolicy] of [
    ['containerStatuses', policy],
    ['initContainerStatuses', policy],
    ['ephemeralContainerStatuses', 'Never'],
  ] as const) {
    errors.push(...validateStates(pod.status, old.status, list, restartPolicy, old.spec));
  }
  return errors;
}

function validateStates(
  status: PodStatus,
  old: PodStatus,
  list: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
  restartPolicy: string,
  spec: PodSpec,
): FieldError[] {
  if (restartPolicy === 'Always') return [];
  return (old[list] ?? []).flatMap((before, position) => {
    const ended = before.state?.terminated;
    if (ended === undefined) return [];
    if (ended.exitCode !== 0 && restartPolicy === 'OnFailure') return [];
    const sidecar = spec.initContainers?.some(
      (container) => container.name === before.name && container.restartPolicy === 'Always',
    );
    if (sidecar === true && list === 'initContainerStatuses') return [];
    const revived = status[list]?.some(
      (after) => after.name === before.name && after.state?.terminated === undefined,
    );
    const at = child(index(`status.${list}`, position), 'state');
    return revived === true ? [forbidden(at, 'may not be transitioned to non-terminated state')] : [];
  });
}
