import type { Clock } from '../../packages/kubectl-dbg/src/session/stream/clock.ts';

/** A clock that advances only when nothing else is left to do. */
export class VirtualClock implements Clock {
  #now: number;
  #timers: { at: number; order: number; call: () => void }[] = [];
  #order = 0;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delay: number, call: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delay), order: (this.#order += 1), call };
    // Sorted insertion: the list is short, and a new timer is usually the last.
    let place = this.#timers.length;
    while (place > 0 && isAfter(this.#timers[place - 1], timer)) place -= 1;
    this.#timers.splice(place, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index !== -1) this.#timers.splice(index, 1);
    };
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  /** Resolves at `at`; at once if it is in the past. */
  until(at: number): Promise<void> {
    if (at <= this.#now) return Promise.resolve();
    return new Promise((resolve) => this.after(at - this.#now, resolve));
  }

  /** Advances until `done` settles. Throws if no timer is left, or after `limit`. */
  async run<T>(done: Promise<T>, limit: number): Promise<T> {
    let open = true;
    const over = (): void => {
      open = false;
    };
    done.then(over, over);
    while (true) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (!open) return await done;
      const timer = this.#timers.shift();
      if (timer === undefined) throw new Error(`no timer is left after ${this.#now} ms`);
      if (timer.at > limit) throw new Error(`not settled by ${limit} ms`);
      this.#now = timer.at;
      timer.call();
    }
  }
}

function isAfter(a: { at: number; order: number } | undefined, b: { at: number; order: number }): boolean {
  return a !== undefined && (a.at > b.at || (a.at === b.at && a.order > b.order));
}
