/** How often a request is sent at most. */
export const MAX_TRIES = 5;

/** The first pause before a request is sent again on a new connection, in milliseconds; it doubles. */
const FIRST_PAUSE = 100;

/** Seconds that a server asks to wait, as milliseconds: a number, or an HTTP date. Undefined if it does not say. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The pause before the next try on a new connection: `tries` have failed. */
export function connectionPause(tries: number): number {
  return FIRST_PAUSE * 2 ** (tries - 1);
}

/** Waits; ends at once with the signal's reason when it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
