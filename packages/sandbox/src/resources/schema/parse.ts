import { CORE_STRUCTS } from './core.ts';
import { META_STRUCTS } from './meta.ts';
import { POD_STRUCTS } from './pod.ts';
import { REVIEW_STRUCTS } from './reviews.ts';
import type { Field, FieldType, ScalarKind, StructSchema } from './types.ts';
import { VOLUME_STRUCTS } from './volumes.ts';
import { WORKLOAD_STRUCTS } from './workloads.ts';

/*
 * The notation: one struct a line, `Name field:type field:type ...`.
 * Marks after a field's name: `@key` merged by this key in a strategic merge patch (only `@`: as a set), `~` retainKeys,
 * `!` always written, `?` omitted when zero.
 * Types: s string, b bool, i int32, l int64, q quantity (Q: written as "0" when absent), is IntOrString, t Time, mt MicroTime,
 * bytes, any, `*T` pointer, `[]T` list, `{}T` map, or a struct's name.
 */
const SCALARS: Readonly<Record<string, ScalarKind>> = {
  s: 'string',
  b: 'bool',
  i: 'int32',
  l: 'int64',
  q: 'quantity',
  Q: 'quantity',
  is: 'intOrString',
  t: 'time',
  mt: 'microTime',
  bytes: 'bytes',
  any: 'raw',
};

interface MutableStruct extends StructSchema {
  fields: Map<string, Field>;
}

const structs = new Map<string, MutableStruct>();

/** The struct with this name. While the schema is parsed, it may still be empty. */
function structNamed(name: string): MutableStruct {
  let found = structs.get(name);
  if (found === undefined) {
    found = { name, fields: new Map() };
    structs.set(name, found);
  }
  return found;
}

function parseType(text: string): FieldType {
  if (text.startsWith('[]')) return { kind: 'list', of: parseType(text.slice(2)) };
  if (text.startsWith('{}')) return { kind: 'map', of: parseType(text.slice(2)) };
  const scalar = SCALARS[text];
  return scalar === undefined ? { kind: 'struct', struct: structNamed(text) } : { kind: scalar };
}

function parseField(text: string): Field {
  const match = /^(?<name>\w+)(?:@(?<key>\w*))?(?<marks>[~!?]*):(?<pointer>\*?)(?<type>.+)$/.exec(text);
  if (match?.groups === undefined) throw new Error(`malformed field in the schema: ${text}`);
  const { name = '', key, marks = '', pointer, type = '' } = match.groups;
  return {
    name,
    type: parseType(type),
    pointer: pointer === '*',
    always: marks.includes('!') || type === 'Q',
    omitZero: marks.includes('?'),
    retainKeys: marks.includes('~'),
    ...(key === undefined ? {} : { mergeKey: key }),
  };
}

for (const text of [
  META_STRUCTS,
  POD_STRUCTS,
  VOLUME_STRUCTS,
  CORE_STRUCTS,
  WORKLOAD_STRUCTS,
  REVIEW_STRUCTS,
]) {
  for (const line of text.trim().split('\n')) {
    const [name = '', ...fields] = line.split(' ');
    const target = structNamed(name);
    if (target.fields.size > 0) throw new Error(`the schema defines ${name} twice`);
    for (const field of fields.map(parseField)) target.fields.set(field.name, field);
  }
}
for (const { name, fields } of structs.values()) {
  if (fields.size === 0) throw new Error(`the schema lacks ${name}`);
}

/** The schema of a kind or struct. Throws if the name is unknown, which is a bug. */
export function structSchema(name: string): StructSchema {
  const found = structs.get(name);
  if (found === undefined) throw new Error(`the schema lacks ${name}`);
  return found;
}

/** The schema of a kind or struct; undefined if the name is unknown. */
export function findStructSchema(name: string): StructSchema | undefined {
  return structs.get(name);
}
