import type { DownwardAPIVolumeFile, KeyToPath } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, index, invalid, required } from '../../machinery/field-errors.ts';
import { localPath } from './paths.ts';
import { validateFieldRef, validateResourceFieldRef, VOLUME_FIELD_PATHS } from './validate-downward.ts';

const MAX_MODE = 0o777;
const MODE_MESSAGE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** Validates the mode of a file. */
export function validateMode(mode: number | undefined, path: string): FieldError[] {
  return mode !== undefined && (mode > MAX_MODE || mode < 0) ? [invalid(path, mode, MODE_MESSAGE)] : [];
}

/** Validates the items of a volume. */
export function validateItems(items: readonly KeyToPath[] | undefined, path: string): FieldError[] {
  return (items ?? []).flatMap((item, position) => {
    const at = index(path, position);
    return [
      ...requiredText(item.key, child(at, 'key')),
      ...requiredText(item.path, child(at, 'path')),
      ...localPath(item.path, child(at, 'path')),
      ...validateMode(item.mode, child(at, 'mode')),
    ];
  });
}

/** Validates a file of a downward API volume. */
export function validateDownwardFile(file: DownwardAPIVolumeFile, path: string): FieldError[] {
  const errors = requiredText(file.path, child(path, 'path'));
  errors.push(...localPath(file.path, child(path, 'path')));
  if (file.fieldRef !== undefined) {
    errors.push(...validateFieldRef(file.fieldRef, VOLUME_FIELD_PATHS, child(path, 'fieldRef')));
    if (file.resourceFieldRef !== undefined) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(invalid(path, 'resource', detail));
    }
  } else if (file.resourceFieldRef === undefined) {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  } else {
    errors.push(...validateResourceFieldRef(file.resourceFieldRef, true, child(path, 'resourceFieldRef')));
  }
  return [...errors, ...validateMode(file.mode, child(path, 'mode'))];
}

/** Validates that a string is not missing or empty. */
export function requiredText(value: string | undefined, path: string): FieldError[] {
  return value === undefined || value === '' ? [required(path)] : [];
}
