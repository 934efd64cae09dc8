import type { FieldError } from '../../machinery/status-error.ts';
import { child, duplicate, forbidden, index } from '../../machinery/field-errors.ts';
import type { EphemeralContainer, PodSpec } from './types.ts';
import { validateCommon, validateImagePadding, type Volumes } from './validate-container.ts';

/** Fields that an ephemeral container must not have, in their order. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/** Validates the ephemeral containers of a pod. */
export function validateEphemeralContainers(spec: PodSpec, volumes: Volumes, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const targets = new Set(
    [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.name),
  );
  const names = new Set(targets);
  for (const [position, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = index(path, position);
    errors.push(...validateCommon(container, spec, volumes, at));
    errors.push(...validateImagePadding(container, at));
    if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
    names.add(container.name);
    errors.push(...validateEphemeral(container, targets, at));
  }
  return errors;
}

function validateEphemeral(
  container: EphemeralContainer,
  targets: ReadonlySet<string>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const target = container.targetContainerName ?? '';
  if (target !== '' && !targets.has(target)) {
    errors.push({
      reason: 'FieldValueNotFound',
      message: `Not found: ${JSON.stringify(target)}`,
      field: child(path, 'targetContainerName'),
    });
  }
  const detail = 'cannot be set for an Ephemeral Container';
  for (const field of NOT_EPHEMERAL) {
    const value = container[field];
    const empty = value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
    // An empty probe or hook also counts as set.
    const isPointer = field.endsWith('Probe') || field === 'lifecycle';
    if (value !== undefined && (!empty || isPointer)) errors.push(forbidden(child(path, field), detail));
  }
  for (const [position, mount] of (container.volumeMounts ?? []).entries()) {
    const at = index(child(path, 'volumeMounts'), position);
    if ((mount.subPath ?? '') !== '') errors.push(forbidden(child(at, 'subPath'), detail));
    if ((mount.subPathExpr ?? '') !== '') errors.push(forbidden(child(at, 'subPathExpr'), detail));
  }
  return errors;
}
