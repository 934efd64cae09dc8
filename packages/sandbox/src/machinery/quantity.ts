/** The string is not a quantity; the messages are the API's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const WRONG_FORMAT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER = 'unable to parse numeric part of quantity';
const WRONG_SUFFIX = "unable to parse quantity's suffix";

type Format = 'binary' | 'decimal' | 'exponent';

/** A quantity in units of 10^-9, the smallest part that Kubernetes keeps. */
export interface Quantity {
  nano: bigint;
  format: Format;
}

const NANO_DIGITS = 9;
const NANO = 10n ** BigInt(NANO_DIGITS);
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL_SUFFIXES: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const SUFFIX_BY_EXPONENT = new Map(
  Object.entries(DECIMAL_SUFFIXES).map(([suffix, exponent]) => [exponent, suffix]),
);
/** Smaller binary quantities are formatted as decimal ones. */
const LEAST_BINARY = 1024n * NANO;

/** Parses `500m`, `1Gi`, `1e3`, `0.5`; throws QuantityError. Digits beyond 10^-9 are rounded up. */
export function parseQuantity(text: string): Quantity {
  const match = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>[a-zA-Z]*[-+]?\d*)$/.exec(text);
  if (match?.groups === undefined) throw new QuantityError(WRONG_FORMAT);
  const { sign, whole = '', fraction = '', suffix = '' } = match.groups;
  if (!/^[eEinumkKMGTP]*[-+]?\d*$/.test(suffix)) throw new QuantityError(WRONG_FORMAT);
  if (whole === '' && fraction === '') throw new QuantityError(text === '' ? WRONG_FORMAT : WRONG_NUMBER);
  const scale = parseSuffix(suffix);
  const digits = BigInt(`${whole}${fraction}`) * scale.factor;
  const nano = shift(digits, scale.exponent + NANO_DIGITS - fraction.length);
  return { nano: sign === '-' ? -nano : nano, format: scale.format };
}

interface Scale {
  factor: bigint;
  exponent: number;
  format: Format;
}

function parseSuffix(suffix: string): Scale {
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { factor: 1024n ** BigInt(binary), exponent: 0, format: 'binary' };
  const decimal = DECIMAL_SUFFIXES[suffix];
  if (decimal !== undefined) return { factor: 1n, exponent: decimal, format: 'decimal' };
  const exponent = /^[eE](?<exponent>[-+]?\d+)$/.exec(suffix)?.groups?.['exponent'];
  if (exponent === undefined) throw new QuantityError(WRONG_SUFFIX);
  return { factor: 1n, exponent: Number(exponent), format: 'exponent' };
}

/** Multiplies by 10^exponent; a negative exponent rounds up, so that a request never becomes zero. */
function shift(digits: bigint, exponent: number): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (digits + divisor - 1n) / divisor;
}

/** The canonical text: the largest suffix with which the number is an integer. */
function formatQuantity(quantity: Quantity): string {
  const { nano, format } = quantity;
  if (nano === 0n) return '0';
  if (format === 'binary' && (nano >= LEAST_BINARY || nano <= -LEAST_BINARY) && nano % NANO === 0n) {
    let value = nano / NANO;
    let power = 0;
    while (value % 1024n === 0n && power < BINARY_SUFFIXES.length - 1) {
      value /= 1024n;
      power += 1;
    }
    return `${value}${BINARY_SUFFIXES[power]}`;
  }
  let value = nano;
  let exponent = -NANO_DIGITS;
  const largest = format === 'exponent' ? Number.POSITIVE_INFINITY : 18;
  while (value % 1000n === 0n && exponent < largest) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === 'exponent') return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${SUFFIX_BY_EXPONENT.get(exponent)}`;
}

/** The canonical form of a quantity. Throws QuantityError. */
export function canonicalQuantity(text: string): string {
  return formatQuantity(parseQuantity(text));
}

/** Negative, zero or positive if `left` is less than, equal to or greater than `right`. */
export function compareQuantities(left: string, right: string): number {
  const difference = parseQuantity(left).nano - parseQuantity(right).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The sum, in the format of the first that is not zero. */
export function addQuantities(left: string, right: string): string {
  const a = parseQuantity(left);
  const b = parseQuantity(right);
  return formatQuantity({ nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format });
}

/** The value as an integer, rounded up (`Quantity.Value()`). */
export function quantityValue(text: string): bigint {
  const { nano } = parseQuantity(text);
  return nano >= 0n ? (nano + NANO - 1n) / NANO : -(-nano / NANO);
}
