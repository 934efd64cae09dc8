/** A body is truncated or not Kubernetes' protobuf. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** One field of a message in wire format. */
export interface WireField {
  number: number;
  /** A varint, or the bytes of a string, a message or a packed list. */
  value: bigint | Uint8Array;
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
/** Maximum length of a 64-bit varint. */
const MAX_VARINT_BYTES = 10;
const FIXED_64_BYTES = 8;
const FIXED_32_BYTES = 4;

/**
 * The fields of a message, in order. Kubernetes uses no fixed-size numbers: such fields, which only a newer version could
 * send, are skipped like unknown fields.
 */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = Number(readVarint(bytes, cursor));
    const number = Math.floor(tag / 8);
    if (number === 0) throw new ProtobufError('illegal tag 0');
    switch (tag % 8) {
      case VARINT:
        yield { number, value: readVarint(bytes, cursor) };
        break;
      case LENGTH_DELIMITED:
        yield { number, value: take(bytes, cursor, Number(readVarint(bytes, cursor))) };
        break;
      case FIXED_64:
        take(bytes, cursor, FIXED_64_BYTES);
        break;
      case FIXED_32:
        take(bytes, cursor, FIXED_32_BYTES);
        break;
      default:
        throw new ProtobufError(`illegal wire type ${tag % 8}`);
    }
  }
}

/** The numbers of a packed list. */
export function* readPacked(bytes: Uint8Array): Generator<bigint> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) yield readVarint(bytes, cursor);
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): bigint {
  let value = 0n;
  for (let count = 0; count < MAX_VARINT_BYTES; count += 1) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new ProtobufError('unexpected EOF');
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * count);
    if (byte < 0x80) return value;
  }
  throw new ProtobufError('integer overflow');
}

function take(bytes: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > bytes.length) throw new ProtobufError('unexpected EOF');
  const taken = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}
