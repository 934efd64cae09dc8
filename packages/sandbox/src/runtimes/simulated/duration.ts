const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Parses `1.5s`, `200ms`, `2m` or `1h` (without a unit: seconds) to ms. Throws an Error for anything else. */
export function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  if (number === undefined)
    throw new Error(`${JSON.stringify(text)} is not a duration such as 1.5s or 200ms`);
  return Number(number) * (UNITS_MS[unit] ?? 1);
}
