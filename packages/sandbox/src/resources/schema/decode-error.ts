import type { FieldType } from './types.ts';

/**
 * The origin of a document: `json` is a request body, `unstructured` the result of a strategic merge patch, for which the
 * server's converter has other messages.
 */
export type DecodeMode = 'json' | 'unstructured';

/** A field has the wrong type; the message is the server's. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  /** With the message of `runtime.DefaultUnstructuredConverter`. */
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

/** The JSON type of a value in the terms of Go's decoder. */
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
