import { jsonKeys } from './json-keys.ts';

/** Maximum number of reported errors. */
const LIMIT = 100;

export function unknownFieldErrors(fields: readonly string[]): string[] {
  return fields.map((field) => `unknown field "${field}"`);
}

/**
 * The errors of a strict decoder for a JSON text, in the order of the text: unknown fields, as found by the decoder, and
 * duplicate fields.
 */
export function strictErrors(text: string, unknownFields: readonly string[]): string[] {
  const unknown = new Set(unknownFields);
  const errors = new Set<string>();
  for (const { path, repeated } of jsonKeys(text)) {
    if (unknown.has(path)) errors.add(`unknown field "${path}"`);
    else if (repeated && !unknownFields.some((field) => isBelow(path, field))) {
      errors.add(`duplicate field "${path}"`);
    }
  }
  return [...errors].slice(0, LIMIT);
}

/** The content of an unknown field is not checked. */
function isBelow(path: string, field: string): boolean {
  return path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

const YAML_ERRORS = 'yaml: unmarshal errors:\n';

/** The warnings for a strict error; a YAML error may contain several. */
export function warningsOf(error: string): string[] {
  if (!error.startsWith(YAML_ERRORS)) return [error];
  return error
    .slice(YAML_ERRORS.length)
    .split('\n')
    .map((line) => line.trim());
}
