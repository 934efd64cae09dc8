const VARINT = 0;
const LENGTH_DELIMITED = 2;
const GROUP_BITS = 7n;
const GROUP_MASK = 0x7fn;
const MORE = 0x80;

/** A field with a number. Negative ones are written as 64 bits, as in protobuf for all signed types. */
export function numberField(number: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + VARINT)), varint(BigInt.asUintN(64, value))]);
}

/** A field with a string, bytes or a message. */
export function bytesField(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + LENGTH_DELIMITED)), varint(BigInt(value.length)), value]);
}

export function stringField(number: number, value: string): Buffer {
  return bytesField(number, Buffer.from(value));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const group = Number(rest & GROUP_MASK);
    rest >>= GROUP_BITS;
    bytes.push(rest === 0n ? group : group | MORE);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
