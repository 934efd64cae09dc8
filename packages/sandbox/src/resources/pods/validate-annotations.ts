import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, invalid, key } from '../../machinery/field-errors.ts';
import { descendingPath } from './paths.ts';
import type { PodObject } from './types.ts';

/** Marks a mirror pod; written by kubelets. */
export const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const APP_ARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';
const LOCAL_PREFIX = 'localhost/';
const PATH = 'metadata.annotations';
const INT32_LIMIT = 2 ** 31;

/** Validates the annotations that have a meaning for pods. */
export function validateAnnotations(pod: PodObject): FieldError[] {
  const annotations = (pod.metadata.annotations ?? {}) as Record<string, string>;
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && (pod.spec.nodeName ?? '') === '') {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(key(PATH, MIRROR), mirror, detail));
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isCost(cost)) {
    errors.push(invalid(key(PATH, DELETION_COST), cost, 'must be a 32bit integer'));
  }
  return [...errors, ...validateSeccomp(annotations), ...validateAppArmor(pod, annotations)];
}

/** Whether a text is a 32-bit integer without leading zeros or a plus sign. */
function isCost(text: string): boolean {
  return /^(?:0|-?[1-9]\d*)$/.test(text) && Number(text) >= -INT32_LIMIT && Number(text) < INT32_LIMIT;
}

/** Seccomp profiles used to be annotations, which are still validated. */
function validateSeccomp(annotations: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(annotations).flatMap(([annotation, profile]) => {
    if (annotation !== SECCOMP_POD && !annotation.startsWith(SECCOMP_PREFIX)) return [];
    if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
    const at = child(PATH, annotation);
    return profile.startsWith(LOCAL_PREFIX)
      ? descendingPath(profile.slice(LOCAL_PREFIX.length), at)
      : [invalid(at, profile, 'must be a valid seccomp profile')];
  });
}

function validateAppArmor(pod: PodObject, annotations: Readonly<Record<string, string>>): FieldError[] {
  const names = new Set(
    (['initContainers', 'containers', 'ephemeralContainers'] as const)
      .flatMap((list) => pod.spec[list] ?? [])
      .map(({ name }) => name),
  );
  return Object.entries(annotations).flatMap(([annotation, profile]) => {
    if (!annotation.startsWith(APP_ARMOR_PREFIX)) return [];
    const at = key(PATH, annotation);
    const container = annotation.slice(APP_ARMOR_PREFIX.length);
    const errors = names.has(container) ? [] : [invalid(at, container, 'container not found')];
    if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith(LOCAL_PREFIX)) {
      errors.push(invalid(at, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
    }
    return errors;
  });
}

/** Validates changes of a pod's annotations. */
export function validateAnnotationUpdates(pod: PodObject, old: PodObject): FieldError[] {
  const before = (old.metadata.annotations ?? {}) as Record<string, string>;
  const after = (pod.metadata.annotations ?? {}) as Record<string, string>;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((annotation) => {
    if (before[annotation] === after[annotation]) return [];
    const change = before[annotation] === undefined ? 'add' : 'remove or update';
    if (annotation.startsWith(APP_ARMOR_PREFIX)) {
      return [forbidden(key(PATH, annotation), `may not ${change} AppArmor annotations`)];
    }
    if (annotation !== MIRROR) return [];
    return [forbidden(key(PATH, annotation), `may not ${change} mirror pod annotation`)];
  });
}
