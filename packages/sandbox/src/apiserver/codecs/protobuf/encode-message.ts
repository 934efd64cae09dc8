import type { Field, FieldType } from '../../../resources/schema/types.ts';
import { asText, encodeIntOrString, encodeQuantity, encodeRaw, encodeTime } from './encode-wrapped.ts';
import { type NumberedMessage, numberedMessage } from './field-numbers.ts';
import { ProtobufError } from './wire-reader.ts';
import { bytesField, numberField, stringField } from './wire-writer.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const MAP_KEY = 1;
const MAP_VALUE = 2;

/**
 * Encodes an object byte for byte like the generated Go code: fields in the order of their numbers, sorted map keys, and
 * also zero values, except of pointers, lists and maps.
 */
export function encodeMessage(message: NumberedMessage, object: JsonObject): Buffer {
  const parts: Buffer[] = [];
  for (const number of [...message.keys()].toSorted((a, b) => a - b)) {
    const known = message.get(number);
    if (known === undefined) continue;
    if (known.kind === 'inline') parts.push(bytesField(number, encodeMessage(known.message, object)));
    else parts.push(...encodeField(number, known.field, object[known.field.name]));
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, { type, pointer }: Field, value: unknown): Buffer[] {
  if (type.kind === 'list') return ((value ?? []) as unknown[]).map((item) => encode(number, type.of, item));
  if (type.kind === 'map') {
    const map = (value ?? {}) as JsonObject;
    return Object.keys(map)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((key) =>
        bytesField(number, Buffer.concat([stringField(MAP_KEY, key), encode(MAP_VALUE, type.of, map[key])])),
      );
  }
  const isAbsent = value === undefined || value === null;
  // Absent byte slices and raw JSON are nil in Go, like pointers.
  const isNil = isAbsent && (pointer || type.kind === 'bytes' || type.kind === 'raw');
  return isNil ? [] : [encode(number, type, value)];
}

function encode(number: number, type: FieldType, value: unknown): Buffer {
  switch (type.kind) {
    case 'bool':
      return numberField(number, value === true ? 1n : 0n);
    case 'int32':
    case 'int64':
      return numberField(number, BigInt((value ?? 0) as number));
    case 'string':
      return stringField(number, asText(value ?? ''));
    default:
      return bytesField(number, encodeBytes(type, value));
  }
}

function encodeBytes(type: FieldType, value: unknown): Buffer {
  switch (type.kind) {
    case 'bytes':
      return Buffer.from(asText(value ?? ''), 'base64');
    case 'quantity':
      return encodeQuantity(value);
    case 'intOrString':
      return encodeIntOrString(value);
    case 'time':
    case 'microTime':
      return encodeTime(value);
    case 'raw':
      return encodeRaw(value);
    case 'struct': {
      const message = numberedMessage(type.struct);
      if (message === undefined)
        throw new ProtobufError(`no field numbers are known for ${type.struct.name}`);
      return encodeMessage(message, (value ?? {}) as JsonObject);
    }
    case 'list':
      // A list in a map is a message with the list as its only field.
      return Buffer.concat(((value ?? []) as unknown[]).map((item) => encode(1, type.of, item)));
    default:
      throw new ProtobufError(`a ${type.kind} can't stand here`);
  }
}
