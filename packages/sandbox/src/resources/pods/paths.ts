import type { FieldError } from '../../machinery/status-error.ts';
import { invalid } from '../../machinery/field-errors.ts';

/** Refuses a path with `..` as one of its elements. */
export function withoutBacksteps(target: string, path: string): FieldError[] {
  return target.split('/').includes('..') ? [invalid(path, target, "must not contain '..'")] : [];
}

/** A path that stays below where it is put. */
export function descendingPath(target: string, path: string): FieldError[] {
  const errors = target.startsWith('/') ? [invalid(path, target, 'must be a relative path')] : [];
  return [...errors, ...withoutBacksteps(target, path)];
}

/** A descending path that does not begin with `..`, which names the kubelet's own files. */
export function localPath(target: string, path: string): FieldError[] {
  const errors = descendingPath(target, path);
  if (target.startsWith('..') && !target.startsWith('../')) {
    errors.push(invalid(path, target, "must not start with '..'"));
  }
  return errors;
}
