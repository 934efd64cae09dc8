/**
 * The shape of API objects as data: which fields exist, of which Go type, and which are always written.
 *
 * A field's type is what the server's Go type does on the wire: a non-pointer scalar, list or map is left out when
 * it has its zero value, a pointer only when it is null, a struct never.
 */
export type FieldType =
  | { kind: 'string' | 'bool' | 'quantity' | 'intOrString' | 'time' | 'microTime' | 'raw' | 'bytes' | 'float' }
  | { kind: 'int'; bits: 32 | 64 }
  | { kind: 'list' | 'map'; of: FieldType }
  | { kind: 'struct'; name: string };

export interface Field {
  name: string;
  type: FieldType;
  /** A Go pointer: its zero value is kept when given. */
  pointer: boolean;
  /** Written even when empty. */
  always: boolean;
  /** How strategic merge treats the list: by this key, or as a set when the key is empty. */
  mergeKey?: string;
}

/** A struct: its fields in the order in which the server writes them. */
export interface StructSchema {
  name: string;
  fields: ReadonlyMap<string, Field>;
}
