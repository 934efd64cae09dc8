/**
 * The schema of API objects as data: fields, Go types, and which fields are always written.
 *
 * Go types determine what is written: a scalar, list or map that is not a pointer is omitted if it has the zero value, a
 * pointer only if it is null, a struct never.
 */
export type ScalarKind =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'bytes'
  | 'raw';

export type FieldType =
  | { kind: ScalarKind }
  | { kind: 'list' | 'map'; of: FieldType }
  | { kind: 'struct'; struct: StructSchema };

export interface Field {
  name: string;
  type: FieldType;
  /** A Go pointer: a zero value is kept. */
  pointer: boolean;
  /** Written even when empty. */
  always: boolean;
  /** A struct or time that is omitted when zero (`omitzero`). */
  omitZero: boolean;
  /**
   * For lists that a strategic merge patch merges: the field that identifies an item; '' for lists of scalars, which are
   * merged as sets.
   */
  mergeKey?: string;
  /** A strategic merge patch keeps only the keys in its `$retainKeys`. */
  retainKeys: boolean;
}

/** A struct: its fields in the order in which the server writes them. */
export interface StructSchema {
  name: string;
  fields: ReadonlyMap<string, Field>;
}
