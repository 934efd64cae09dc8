import { structSchema } from '../../../resources/schema/parse.ts';
import type { Field, FieldType, StructSchema } from '../../../resources/schema/types.ts';
import { CORE_NUMBERS } from './core.ts';
import { META_NUMBERS } from './meta.ts';
import { POD_NUMBERS } from './pod.ts';
import { REVIEW_NUMBERS } from './reviews.ts';
import { VOLUME_NUMBERS } from './volumes.ts';
import { WORKLOAD_NUMBERS } from './workloads.ts';

/*
 * The notation: one message per line, `Name field field ...`, with field numbers from 1 upwards; `field=9` continues from 9.
 * `+Name` is an embedded Go struct: a separate message in protobuf, whose fields are the parent's in JSON.
 * Source: `generated.proto` in k8s.io/api and k8s.io/apimachinery, Kubernetes 1.35.
 */

/** The meaning of a field number: a field of the JSON object, or an embedded message. */
export type NumberedField = { kind: 'field'; field: Field } | { kind: 'inline'; message: NumberedMessage };

export type NumberedMessage = ReadonlyMap<number, NumberedField>;

const lines = new Map<string, readonly string[]>();
for (const text of [
  META_NUMBERS,
  POD_NUMBERS,
  VOLUME_NUMBERS,
  CORE_NUMBERS,
  WORKLOAD_NUMBERS,
  REVIEW_NUMBERS,
]) {
  for (const line of text.trim().split('\n')) {
    const [name = '', ...fields] = line.split(' ');
    lines.set(name, fields);
  }
}

const messages = new Map<StructSchema, NumberedMessage>();

/** The message of a struct; undefined if its field numbers are unknown. */
export function numberedMessage(schema: StructSchema): NumberedMessage | undefined {
  const known = messages.get(schema);
  if (known !== undefined) return known;
  const fields = lines.get(schema.name);
  if (fields === undefined) return undefined;
  const message = number(fields, schema);
  messages.set(schema, message);
  return message;
}

/** The message of a kind or a list; undefined for an unknown kind. */
export function kindMessage(kind: string, apiVersion = ''): NumberedMessage | undefined {
  // Event is the only kind with different versions.
  const name = apiVersion === 'events.k8s.io/v1' ? kind.replace(/^Event(?=List$|$)/, 'EventsEvent') : kind;
  if (lines.has(name)) return numberedMessage(structSchema(name));
  const item = name.endsWith('List') ? name.slice(0, -'List'.length) : '';
  return lines.has(item) ? listMessage(structSchema(item)) : undefined;
}

/** Every list is `{ metadata = 1, items = 2 }`. */
function listMessage(item: StructSchema): NumberedMessage {
  const plain = { pointer: false, always: true, omitZero: false, retainKeys: false };
  const metadata: FieldType = { kind: 'struct', struct: structSchema('ListMeta') };
  const items: FieldType = { kind: 'list', of: { kind: 'struct', struct: item } };
  return new Map([
    [1, { kind: 'field', field: { name: 'metadata', type: metadata, ...plain } }],
    [2, { kind: 'field', field: { name: 'items', type: items, ...plain } }],
  ]);
}

function number(fields: readonly string[], schema: StructSchema): NumberedMessage {
  const message = new Map<number, NumberedField>();
  let next = 1;
  for (const text of fields) {
    const [name = '', at] = text.split('=');
    if (at !== undefined) next = Number(at);
    message.set(next, numberedField(name, schema));
    next += 1;
  }
  return message;
}

function numberedField(name: string, schema: StructSchema): NumberedField {
  if (name.startsWith('+')) {
    const inner = lines.get(name.slice(1));
    if (inner === undefined) throw new Error(`no field numbers of ${name.slice(1)}`);
    return { kind: 'inline', message: number(inner, schema) };
  }
  const field = schema.fields.get(name);
  if (field === undefined) throw new Error(`the schema of ${schema.name} lacks ${name}`);
  return { kind: 'field', field };
}
