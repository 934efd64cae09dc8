import type { Clock } from '../session/stream/clock.ts';

/** A clock that stands still until a test advances it: hours pass in milliseconds, and in order. */
export class ManualClock implements Clock {
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delay: number, call: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delay), call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  /** The number of pending timers. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Waits until everything that does not wait for a timer has settled. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Advances the clock by this many milliseconds. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.rest();
    for (;;) {
      const next = this.#timers.reduce<{ at: number; call: () => void } | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined || next.at > end) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
      await this.rest();
    }
    this.#now = end;
  }

  /** Advances the clock until a promise settles, at most by `limit` ms; then throws. */
  async until<T>(promise: Promise<T>, limit: number): Promise<T> {
    const state = { settled: false };
    const watched = promise.finally(() => (state.settled = true));
    watched.catch(() => undefined);
    const step = 100;
    for (let passed = 0; passed <= limit && !state.settled; passed += step) await this.pass(step);
    if (!state.settled) throw new Error(`not settled after ${limit} ms of the clock`);
    return await watched;
  }
}
