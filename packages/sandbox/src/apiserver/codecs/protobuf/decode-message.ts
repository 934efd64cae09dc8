import type { Field, FieldType, StructSchema } from '../../../resources/schema/types.ts';
import { decodeIntOrString, decodeQuantity, decodeTime, decodeUnwrapped } from './decode-wrapped.ts';
import { kindMessage, type NumberedMessage, numberedMessage } from './field-numbers.ts';
import { ProtobufError, readFields, readPacked, type WireField } from './wire-reader.ts';

type JsonObject = Record<string, unknown>;

const MAP_KEY = 1;
const MAP_VALUE = 2;

/**
 * Decodes the message of a kind to the JSON object that Go's encoder writes for the same struct: zero values are omitted
 * where Go omits them, and fields with unknown numbers are skipped. Throws ProtobufError.
 */
export function decodeKind(kind: string, apiVersion: string, bytes: Uint8Array): JsonObject {
  const message = kindMessage(kind, apiVersion);
  if (message === undefined) throw new ProtobufError(`no field numbers are known for kind ${kind}`);
  return decodeMessage(message, bytes);
}

function decodeMessage(message: NumberedMessage, bytes: Uint8Array, out: JsonObject = {}): JsonObject {
  for (const wire of readFields(bytes)) {
    const known = message.get(wire.number);
    if (known === undefined) continue;
    if (known.kind === 'inline') decodeMessage(known.message, bytesOf(wire), out);
    else decodeField(known.field, wire, out);
  }
  return out;
}

function decodeField(field: Field, wire: WireField, out: JsonObject): void {
  const { name, type } = field;
  if (type.kind === 'list') {
    const list = (out[name] ??= []) as unknown[];
    list.push(...decodeItems(type.of, wire));
  } else if (type.kind === 'map') {
    const [key, value] = decodeEntry(type.of, bytesOf(wire));
    defineEntry((out[name] ??= {}) as JsonObject, key, value);
  } else {
    const value = decodeValue(type, wire);
    if (field.pointer || field.always || !isOmitted(field, value)) out[name] = value;
  }
}

/** Decoders must accept lists of numbers both packed and unpacked. */
function decodeItems(type: FieldType, wire: WireField): unknown[] {
  if (wire.value instanceof Uint8Array && (type.kind === 'int32' || type.kind === 'int64')) {
    return [...readPacked(wire.value)].map(signed);
  }
  return [decodeValue(type, wire)];
}

function decodeEntry(type: FieldType, bytes: Uint8Array): [string, unknown] {
  let key = '';
  let value: unknown = decodeValue(type, { number: MAP_VALUE, value: new Uint8Array() });
  for (const wire of readFields(bytes)) {
    if (wire.number === MAP_KEY) key = text(bytesOf(wire));
    if (wire.number === MAP_VALUE) value = decodeValue(type, wire);
  }
  return [key, value];
}

/** Sets a property, also if the key is `__proto__`. */
function defineEntry(map: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

function decodeValue(type: FieldType, wire: WireField): unknown {
  switch (type.kind) {
    case 'bool':
      return varintOf(wire) !== 0n;
    case 'int32':
    case 'int64':
      return signed(varintOf(wire));
    case 'string':
      return text(bytesOf(wire));
    case 'bytes':
      return Buffer.from(bytesOf(wire)).toString('base64');
    case 'quantity':
      return decodeQuantity(bytesOf(wire));
    case 'intOrString':
      return decodeIntOrString(bytesOf(wire));
    case 'time':
    case 'microTime':
      return decodeTime(type.kind, bytesOf(wire));
    case 'raw':
      return decodeUnwrapped(bytesOf(wire));
    case 'struct':
      return decodeMessage(messageOf(type.struct), bytesOf(wire));
    default:
      // A list in a map (`extra` of a user) is a message with the list as its only field.
      return [...readFields(bytesOf(wire))].flatMap((item) => decodeItems(type.of, item));
  }
}

function messageOf(schema: StructSchema): NumberedMessage {
  const message = numberedMessage(schema);
  if (message === undefined) throw new ProtobufError(`no field numbers are known for ${schema.name}`);
  return message;
}

function isOmitted(field: Field, value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return field.type.kind !== 'intOrString';
  return value === null && field.omitZero;
}

/** Above 2^53, numbers lose precision, as in all JSON in JavaScript. */
function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

function varintOf(wire: WireField): bigint {
  if (wire.value instanceof Uint8Array) throw new ProtobufError(`wrong wire type for field ${wire.number}`);
  return wire.value;
}

function bytesOf(wire: WireField): Uint8Array {
  if (wire.value instanceof Uint8Array) return wire.value;
  throw new ProtobufError(`wrong wire type for field ${wire.number}`);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
