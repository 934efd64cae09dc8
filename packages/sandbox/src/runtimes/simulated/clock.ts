/** The clock of simulated processes. */
export interface Clock {
  /** Milliseconds since the epoch, with a fraction. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted. Infinity means never. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The maximum delay of setTimeout (2^31 - 1 ms, 24.8 days). */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** This machine's clock. */
export const REAL_CLOCK: Clock = realClock(true);

/** The same, but its timers do not keep the process alive. */
export const UNREF_CLOCK: Clock = realClock(false);

function realClock(keepsAlive: boolean): Clock {
  return {
    now: () => performance.timeOrigin + performance.now(),
    async sleep(ms, signal) {
      await sleepUntilAborted(signal, (resolve) => {
        if (ms > MAX_TIMEOUT_MS) return () => {};
        const timer = setTimeout(resolve, ms);
        if (!keepsAlive) timer.unref();
        return () => clearTimeout(timer);
      });
    },
  };
}

interface Sleeper {
  at: number;
  /** Orders sleepers with the same wake-up time: first in, first out. */
  order: number;
  wake(): void;
}

/** A clock that only advances when a test calls `advance`. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await sleepUntilAborted(signal, (wake) => {
      const sleeper: Sleeper = { at: this.#now + ms, order: (this.#order += 1), wake };
      this.#sleepers.add(sleeper);
      return () => this.#sleepers.delete(sleeper);
    });
  }

  /** Advances by `ms`. Wakes every sleeper at its time, and lets it run before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > end) continue;
      if (
        first === undefined ||
        sleeper.at < first.at ||
        (sleeper.at === first.at && sleeper.order < first.order)
      ) {
        first = sleeper;
      }
    }
    return first;
  }
}

/** Turns of the event loop that pending promises and streams need. */
const SETTLING_TURNS = 4;

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

async function sleepUntilAborted(
  signal: AbortSignal,
  start: (wake: () => void) => () => void,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = start(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}
