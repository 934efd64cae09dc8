/** Factors of the suffixes. */
const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity such as `500m`, `1.5Gi` or `1e3` as a number; undefined if it is invalid. Exact enough for
 * comparisons.
 *
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function readQuantity(text: string | number | undefined): number | undefined {
  const match = /^(\+?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkKMGTPE]?i?)$/.exec(String(text ?? ''));
  const [, number = '', suffix = ''] = match ?? [];
  const factor = FACTORS[suffix];
  if (match === null || factor === undefined) return undefined;
  // An exponent replaces a suffix.
  return suffix !== '' && /e/i.test(number) ? undefined : Number(number) * factor;
}

/** A number as a quantity: in the largest binary unit that divides it, or in thousandths. */
export function toQuantity(value: number): string {
  if (!Number.isInteger(value)) return `${Math.round(value * 1000)}m`;
  const unit = ['Ti', 'Gi', 'Mi', 'Ki'].find((suffix) => value !== 0 && value % (FACTORS[suffix] ?? 1) === 0);
  return unit === undefined ? String(value) : `${value / (FACTORS[unit] ?? 1)}${unit}`;
}
