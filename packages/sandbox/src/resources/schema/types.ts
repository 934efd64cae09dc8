/**
 * The shape of API objects as data: which fields exist, of which Go type, and which are always written.
 *
 * A field's type is what the server's Go type does on the wire: a non-pointer scalar, list or map is left out when
 * it has its zero value, a pointer only when it is null, a struct never.
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
  /** A Go pointer: its zero value is kept when given. */
  pointer: boolean;
  /** Written even when empty. */
  always: boolean;
  /** A struct or time that is left out when zero (`omitzero`). */
  omitZero: boolean;
  /**
   * For lists that strategic merge merges: the field that identifies an item, or '' for lists of scalars that are
   * merged as a set.
   */
  mergeKey?: string;
  /** Strategic merge keeps only the keys that the patch names with `$retainKeys`. */
  retainKeys: boolean;
}

/** A struct: its fields in the order in which the server writes them. */
export interface StructSchema {
  name: string;
  fields: ReadonlyMap<string, Field>;
}
