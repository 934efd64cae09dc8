/**
 * The longest delay (ms) of Node's timers, about 24 days: they use 32 bits, and fire at once for a longer one.
 * `--timeout=600h` is longer, so times from a user go through this module.
 */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Cancels a timer; does nothing after it has fired. */
export type CancelTimer = () => void;

/**
 * Calls `call` once after `milliseconds`, which may be any number; never for `Infinity`.
 *
 * @param options.unref the timer does not keep the program running
 */
export function startTimer(
  milliseconds: number,
  call: () => void,
  options: { unref?: boolean } = {},
): CancelTimer {
  let left = milliseconds;
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    const step = Math.min(left, LONGEST_DELAY);
    timer = setTimeout(() => {
      left -= step;
      if (left > 0) next();
      else call();
    }, step);
    if (options.unref === true) timer.unref();
  };
  next();
  return () => clearTimeout(timer);
}

/**
 * A signal that is aborted after `milliseconds`, with a `TimeoutError` as its reason. Like `AbortSignal.timeout`, it does
 * not keep the program running, but it accepts any length.
 */
export function timeoutSignal(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const late = () =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  startTimer(milliseconds, late, { unref: true });
  return controller.signal;
}

/** Waits for this time (ms). Rejects at once with the signal's reason when that is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = startTimer(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
