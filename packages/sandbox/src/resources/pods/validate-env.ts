import type { EnvFromSource } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, index, invalid, required } from '../../machinery/field-errors.ts';
import { configKey, dns1123Subdomain, environmentName } from '../../machinery/names.ts';
import { localPath } from './paths.ts';
import type { EnvVar } from './types.ts';
import { ENV_FIELD_PATHS, validateFieldRef, validateResourceFieldRef } from './validate-downward.ts';

export function validateEnv(variables: readonly EnvVar[], path: string): FieldError[] {
  return variables.flatMap((variable, position) => {
    const at = index(path, position);
    const errors =
      variable.name === ''
        ? [required(child(at, 'name'))]
        : environmentName(variable.name).map((text) => invalid(child(at, 'name'), variable.name, text));
    return [...errors, ...validateValueFrom(variable, child(at, 'valueFrom'))];
  });
}

function validateValueFrom(variable: EnvVar, path: string): FieldError[] {
  const source = variable.valueFrom;
  if (source === undefined) return [];
  const errors: FieldError[] = [];
  if (source.fieldRef !== undefined) {
    errors.push(...validateFieldRef(source.fieldRef, ENV_FIELD_PATHS, child(path, 'fieldRef')));
  }
  if (source.resourceFieldRef !== undefined) {
    const at = child(path, 'resourceFieldRef');
    errors.push(...validateResourceFieldRef(source.resourceFieldRef, false, at));
  }
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[kind];
    if (reference !== undefined) errors.push(...validateKeyRef(reference, child(path, kind)));
  }
  const file = source.fileKeyRef;
  if (file !== undefined) {
    const at = child(path, 'fileKeyRef');
    if (file.volumeName === '') errors.push(required(child(at, 'volumeName')));
    if (file.key === '') errors.push(required(child(at, 'key')));
    else errors.push(...environmentName(file.key).map((text) => invalid(child(at, 'key'), file.key, text)));
    if (file.path === '') errors.push(required(child(at, 'path')));
    else errors.push(...localPath(file.path, child(at, 'path')));
  }
  const count = Object.keys(source).length;
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', detail));
  } else if ((variable.value ?? '') !== '') {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateKeyRef(reference: { name?: string; key: string }, path: string): FieldError[] {
  const name = reference.name ?? '';
  const errors = dns1123Subdomain(name).map((text) => invalid(child(path, 'name'), name, text));
  if (reference.key === '') errors.push(required(child(path, 'key')));
  else {
    errors.push(...configKey(reference.key).map((text) => invalid(child(path, 'key'), reference.key, text)));
  }
  return errors;
}

export function validateEnvFrom(sources: readonly EnvFromSource[], path: string): FieldError[] {
  return sources.flatMap((source, position) => {
    const at = index(path, position);
    const errors: FieldError[] = [];
    const prefix = source.prefix ?? '';
    if (prefix !== '') {
      errors.push(...environmentName(prefix).map((text) => invalid(child(at, 'prefix'), prefix, text)));
    }
    let count = 0;
    for (const kind of ['configMapRef', 'secretRef'] as const) {
      const reference = source[kind];
      if (reference === undefined) continue;
      count += 1;
      const name = reference.name ?? '';
      const namePath = child(child(at, kind), 'name');
      if (name === '') errors.push(required(namePath));
      else errors.push(...dns1123Subdomain(name).map((text) => invalid(namePath, name, text)));
    }
    // Both errors have the path of the list.
    if (count === 0) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}
