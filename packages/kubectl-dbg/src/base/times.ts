/**
 * Compares a time with now, as text: `now 2026-01-31T14:00:00+02:00 is after 2026-01-30T00:00:00Z`, in the words of Go's
 * TLS.
 */
export function nowIs(order: 'after' | 'before', now: number, limit: number): string {
  return `now ${localTime(now)} is ${order} ${utcTime(limit)}`;
}

/** RFC 3339 in local time: with its offset from UTC, so that the two can't be confused. */
function localTime(time: number): string {
  // The offset depends on daylight saving time.
  const offset = -new Date(time).getTimezoneOffset();
  if (!Number.isFinite(offset) || offset === 0) return utcTime(time);
  const hours = Math.trunc(Math.abs(offset) / 60);
  const minutes = Math.abs(offset) % 60;
  const zone = `${offset < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
  return utcTime(time + offset * 60_000).replace('Z', zone);
}

/** To the second: certificates and tokens have no fractions. */
function utcTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
