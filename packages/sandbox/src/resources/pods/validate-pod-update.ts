import { isDeepStrictEqual } from 'node:util';
import type { Toleration } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index, invalid, required } from '../../machinery/field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { outsideRange } from '../../machinery/names.ts';
import { validateObjectMetaUpdate } from '../../machinery/object-meta.ts';
import { jsonDiff } from './unified-diff.ts';
import type { Container, PodObject, PodSpec } from './types.ts';
import { MIRROR, validateAnnotations, validateAnnotationUpdates } from './validate-annotations.ts';
import { validateImagePadding } from './validate-container.ts';
import { INT32_MAX, validateMetadataAndSpec } from './validate-pod.ts';
import { validateTolerations } from './validate-scheduling.ts';

/** Validation of every update of a pod. */
export function validateUpdateCommon(pod: PodObject, old: PodObject): FieldError[] {
  return [
    ...validateObjectMetaUpdate(pod, old),
    ...validateMetadataAndSpec(pod),
    ...validateAnnotationUpdates(pod, old),
    ...validateAnnotations(pod),
  ];
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** Validates an update of the pod itself: only a few fields of the spec may change. */
export function validatePodUpdate(pod: PodObject, old: PodObject): FieldError[] {
  const errors = validateUpdateCommon(pod, old);
  for (const list of ['containers', 'initContainers'] as const) {
    const found = validateContainerUpdates(pod.spec[list] ?? [], old.spec[list] ?? [], `spec.${list}`);
    errors.push(...found.errors);
    if (found.stop) return errors;
  }
  const deadline = validateDeadlineUpdate(pod.spec, old.spec);
  errors.push(...deadline.errors);
  if (deadline.stop) return errors;
  errors.push(...validateTolerationUpdate(pod.spec.tolerations ?? [], old.spec.tolerations ?? []));
  const known = new Set((old.spec.schedulingGates ?? []).map((gate) => gate.name));
  for (const [position, { name }] of (pod.spec.schedulingGates ?? []).entries()) {
    if (known.has(name)) continue;
    const at = child(index('spec.schedulingGates', position), 'name');
    errors.push(forbidden(at, `only deletion is allowed, but found new scheduling gate '${name}'`));
  }
  const munged = withoutAllowedChanges(pod.spec, old.spec);
  if (!isDeepStrictEqual(munged, old.spec)) {
    const diff = jsonDiff(internalForm('PodSpec', old.spec), internalForm('PodSpec', munged));
    if (diff !== '') {
      errors.push(forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}\n${diff}`));
    }
  }
  return errors;
}

interface StoppableErrors {
  errors: FieldError[];
  /** Whether validation must stop here. */
  stop: boolean;
}

function validateContainerUpdates(
  containers: readonly Container[],
  old: readonly Container[],
  path: string,
): StoppableErrors {
  if (containers.length !== old.length) {
    return { errors: [forbidden(path, 'pod updates may not add or remove containers')], stop: true };
  }
  const errors = containers.flatMap((container, position) => {
    const at = index(path, position);
    return (container.image ?? '') === ''
      ? [required(child(at, 'image'))]
      : validateImagePadding(container, at);
  });
  return { errors, stop: false };
}

function validateDeadlineUpdate(spec: PodSpec, old: PodSpec): StoppableErrors {
  const path = 'spec.activeDeadlineSeconds';
  const deadline = spec.activeDeadlineSeconds;
  const before = old.activeDeadlineSeconds;
  if (deadline === undefined) {
    const detail = 'must not update from a positive integer to nil value';
    return { errors: before === undefined ? [] : [invalid(path, null, detail)], stop: false };
  }
  if (deadline < 0 || deadline > INT32_MAX) {
    return { errors: [invalid(path, deadline, outsideRange(0, INT32_MAX))], stop: true };
  }
  if (before !== undefined && before < deadline) {
    return {
      errors: [invalid(path, deadline, 'must be less than or equal to previous value')],
      stop: true,
    };
  }
  return { errors: [], stop: false };
}

function validateTolerationUpdate(
  tolerations: readonly Toleration[],
  old: readonly Toleration[],
): FieldError[] {
  const path = 'spec.tolerations';
  const kept = old.every((before) =>
    tolerations.some((after) => {
      const { tolerationSeconds: _after, ...rest } = after;
      const { tolerationSeconds: _before, ...same } = before;
      return isDeepStrictEqual(rest, same);
    }),
  );
  return kept
    ? validateTolerations(tolerations, path)
    : [forbidden(path, 'existing toleration can not be modified except its tolerationSeconds')];
}

/** The new spec with all mutable fields restored to the old values. */
function withoutAllowedChanges(spec: PodSpec, old: PodSpec): PodSpec {
  const munged: PodSpec = structuredClone(spec);
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [position, container] of (munged[list] ?? []).entries()) {
      const image = old[list]?.[position]?.image;
      if (image === undefined) delete container.image;
      else container.image = image;
    }
  }
  restore(munged, old, 'activeDeadlineSeconds');
  restore(munged, old, 'schedulingGates');
  restore(munged, old, 'tolerations');
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && munged.terminationGracePeriodSeconds === 1) {
    restore(munged, old, 'terminationGracePeriodSeconds');
  }
  if ((old.schedulingGates ?? []).length > 0) {
    restore(munged, old, 'nodeSelector');
    restore(munged, old, 'affinity');
  }
  return munged;
}

function restore<K extends keyof PodSpec>(spec: PodSpec, old: PodSpec, name: K): void {
  if (old[name] === undefined) delete spec[name];
  else spec[name] = old[name];
}

/** Validates an update of the ephemeralcontainers subresource: containers may only be added. */
export function validateEphemeralUpdate(pod: PodObject, old: PodObject): FieldError[] {
  const errors = validateUpdateCommon(pod, old);
  if (old.metadata.annotations?.[MIRROR] !== undefined) {
    return [forbidden('[]', 'static pods do not support ephemeral containers')];
  }
  const path = 'spec.ephemeralContainers';
  for (const before of old.spec.ephemeralContainers ?? []) {
    // Of two with the same name, the last one counts.
    const after = pod.spec.ephemeralContainers?.findLast((container) => container.name === before.name);
    const name = JSON.stringify(before.name);
    if (after === undefined) {
      errors.push(forbidden(path, `existing ephemeral containers ${name} may not be removed\n`));
    } else if (!isDeepStrictEqual(before, after)) {
      const diff = jsonDiff(
        internalForm('EphemeralContainer', before),
        internalForm('EphemeralContainer', after),
      );
      errors.push(forbidden(path, `existing ephemeral containers ${name} may not be changed\n${diff}`));
    }
  }
  return errors;
}
