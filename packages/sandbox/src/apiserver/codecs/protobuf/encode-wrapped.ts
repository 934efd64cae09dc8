import { bytesField, numberField, stringField } from './wire-writer.ts';

/*
 * Scalars of the API that are encoded as messages; the counterpart of `decode-wrapped.ts`.
 */

export function encodeQuantity(value: unknown): Buffer {
  return stringField(1, asText(value ?? '0'));
}

const STRING_TYPE = 1n;

export function encodeIntOrString(value: unknown): Buffer {
  const isText = typeof value === 'string';
  return Buffer.concat([
    numberField(1, isText ? STRING_TYPE : 0n),
    numberField(2, isText || value === undefined ? 0n : BigInt(value as number)),
    stringField(3, isText ? value : ''),
  ]);
}

const MS_PER_SECOND = 1000;
const NANO_DIGITS = 9;

/** The zero time, which is null in JSON, is the empty message. */
export function encodeTime(value: unknown): Buffer {
  if (typeof value !== 'string') return Buffer.alloc(0);
  const seconds = Math.floor(Date.parse(value) / MS_PER_SECOND);
  const fraction = /\.(?<digits>\d+)/.exec(value)?.groups?.['digits'] ?? '';
  return Buffer.concat([
    numberField(1, BigInt(seconds)),
    numberField(2, BigInt(fraction.slice(0, NANO_DIGITS).padEnd(NANO_DIGITS, '0'))),
  ]);
}

/** JSON in protobuf. */
export function encodeRaw(value: unknown): Buffer {
  return value === undefined || value === null
    ? Buffer.alloc(0)
    : bytesField(1, Buffer.from(JSON.stringify(value)));
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}
