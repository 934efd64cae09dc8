/** Maximum number of tries for a request. */
export const MAX_TRIES = 5;

/** The first pause before a retry on a new connection, in milliseconds; it doubles. */
const FIRST_PAUSE = 100;

/** The wait that a server requests, in milliseconds: a number of seconds, or an HTTP date. Undefined if there is none. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The pause before the next try on a new connection, after `tries` failed ones. */
export function connectionPause(tries: number): number {
  return FIRST_PAUSE * 2 ** (tries - 1);
}
