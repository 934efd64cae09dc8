import type { FieldError } from '../../machinery/status-error.ts';
import { invalid } from '../../machinery/field-errors.ts';

/** Validates that no element of a path is `..`. */
export function withoutBacksteps(target: string, path: string): FieldError[] {
  return target.split('/').includes('..') ? [invalid(path, target, "must not contain '..'")] : [];
}

/** Validates that a path is relative and has no `..`. */
export function descendingPath(target: string, path: string): FieldError[] {
  const errors = target.startsWith('/') ? [invalid(path, target, 'must be a relative path')] : [];
  return [...errors, ...withoutBacksteps(target, path)];
}

/** Like `descendingPath`, but the path must not start with `..` either, which is reserved for the kubelet's own files. */
export function localPath(target: string, path: string): FieldError[] {
  const errors = descendingPath(target, path);
  if (target.startsWith('..') && !target.startsWith('../')) {
    errors.push(invalid(path, target, "must not start with '..'"));
  }
  return errors;
}
