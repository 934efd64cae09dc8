import { DbgError } from '../errors.ts';

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * The value of `--request-timeout` in milliseconds; undefined for none (`0` or not given). A bare number is seconds,
 * else it is a Go duration such as `1m30s`. Throws DbgError `usage`.
 */
export function requestTimeout(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = /^\d+$/.test(text) ? Number(text) * 1000 : goDuration(text);
  if (value === undefined || value < 0) {
    throw new DbgError('usage', '--request-timeout is neither a number of seconds nor a duration', {
      remedy: 'Write it like 30s or 2m',
    });
  }
  return value === 0 ? undefined : value;
}

/** A Go duration such as `1m30s` in milliseconds; undefined if it is malformed. */
export function goDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    total += Number(number) * (MILLISECONDS[unit ?? ''] ?? NaN);
  }
  return total;
}
