import { jsonKeys } from './json-keys.ts';

/** More than so many are not told. */
const LIMIT = 100;

export function unknownFieldErrors(fields: readonly string[]): string[] {
  return fields.map((field) => `unknown field "${field}"`);
}

/**
 * What a strict decoder finds in a JSON text: the fields that its schema lacks, as the decoder gave them, and fields
 * given twice, in the order of the text.
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

/** What an unknown field holds is not looked at. */
function isBelow(path: string, field: string): boolean {
  return path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

const YAML_ERRORS = 'yaml: unmarshal errors:\n';

/** The warnings that a strict error makes: YAML's come several in one. */
export function warningsOf(error: string): string[] {
  if (!error.startsWith(YAML_ERRORS)) return [error];
  return error
    .slice(YAML_ERRORS.length)
    .split('\n')
    .map((line) => line.trim());
}
