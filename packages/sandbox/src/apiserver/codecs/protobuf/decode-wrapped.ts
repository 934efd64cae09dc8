import { ProtobufError, readFields } from './wire-reader.ts';

/*
 * Scalars of the API that are encoded as messages.
 */

/** `Quantity { string = 1 }`. */
export function decodeQuantity(bytes: Uint8Array): string {
  for (const { number, value } of readFields(bytes)) {
    if (number === 1 && value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  }
  return '0';
}

const STRING_TYPE = 1n;

/** `IntOrString { type = 1, intVal = 2, strVal = 3 }`; type 1 is a string. */
export function decodeIntOrString(bytes: Uint8Array): number | string {
  let type = 0n;
  let integer = 0;
  let string = '';
  for (const { number, value } of readFields(bytes)) {
    if (number === 1 && typeof value === 'bigint') type = value;
    if (number === 2 && typeof value === 'bigint') integer = Number(BigInt.asIntN(64, value));
    if (number === 3 && value instanceof Uint8Array) string = Buffer.from(value).toString('utf8');
  }
  return type === STRING_TYPE ? string : integer;
}

const NANOS_PER_MICRO = 1000;
const MICRO_DIGITS = 6;
const MS_PER_SECOND = 1000;

/** `Timestamp { seconds = 1, nanos = 2 }`; the zero time, which is null in JSON, is the empty message. */
export function decodeTime(kind: 'time' | 'microTime', bytes: Uint8Array): string | null {
  if (bytes.length === 0) return null;
  let seconds = 0;
  let nanos = 0;
  for (const { number, value } of readFields(bytes)) {
    if (typeof value !== 'bigint') throw new ProtobufError(`wrong wire type for field ${number} of a time`);
    if (number === 1) seconds = Number(BigInt.asIntN(64, value));
    if (number === 2) nanos = Number(BigInt.asIntN(64, value));
  }
  const date = new Date(seconds * MS_PER_SECOND);
  if (Number.isNaN(date.getTime())) throw new ProtobufError('a time is out of range');
  const whole = date.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  if (kind === 'time') return `${whole}Z`;
  const micros = Math.floor(nanos / NANOS_PER_MICRO);
  return `${whole}.${String(micros).padStart(MICRO_DIGITS, '0')}Z`;
}

/** `RawExtension { raw = 1 }` and `FieldsV1 { Raw = 1 }`: JSON in protobuf. */
export function decodeUnwrapped(bytes: Uint8Array): unknown {
  for (const { number, value } of readFields(bytes)) {
    if (number !== 1 || !(value instanceof Uint8Array)) continue;
    try {
      return JSON.parse(Buffer.from(value).toString('utf8'));
    } catch {
      throw new ProtobufError('a raw field does not hold JSON');
    }
  }
  return null;
}
