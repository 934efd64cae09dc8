import type { FieldType } from './types.ts';

/**
 * How a document came: `json` as a body that is decoded, `unstructured` as the result of a strategic merge patch, which
 * the server converts by other code with other words.
 */
export type DecodeMode = 'json' | 'unstructured';

/** A document whose fields have the wrong types; the message is the server's own. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  /** As `runtime.DefaultUnstructuredConverter` words it. */
  static unstructured(type: FieldType, value: unknown): DecodeError {
    const given = goKindOf(value);
    switch (type.kind) {
      case 'struct':
        return new DecodeError(`cannot restore struct from: ${given}`);
      case 'list':
      case 'bytes':
        return new DecodeError(`cannot restore slice from ${given}`);
      case 'map':
        return new DecodeError(`cannot restore map from ${given}`);
      default:
        return new DecodeError(`unrecognized type: ${type.kind}`);
    }
  }
}

/** The JSON type of a value, as Go's decoder names it. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return { boolean: 'bool', number: 'number', string: 'string' }[typeof value as string] ?? 'object';
}

function goKindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return { boolean: 'bool', string: 'string' }[typeof value as string] ?? 'map';
}
