import type { Clock } from '../../packages/kubectl-dbg/src/session/stream/clock.ts';

/** Time that passes only when nothing is left to do. */
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
    // Kept sorted: the list is short, and a new timer is mostly the last.
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

  /** Resolves at `at`; at once if that is past. */
  until(at: number): Promise<void> {
    if (at <= this.#now) return Promise.resolve();
    return new Promise((resolve) => this.after(at - this.#now, resolve));
  }

  /** Lets time pass until `done` settles. Throws if nothing would ever happen again, or past `limit`. */
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
      if (timer === undefined) throw new Error(`nothing happens any more after ${this.#now} ms`);
      if (timer.at > limit) throw new Error(`no end by ${limit} ms`);
      this.#now = timer.at;
      timer.call();
    }
  }
}

function isAfter(a: { at: number; order: number } | undefined, b: { at: number; order: number }): boolean {
  return a !== undefined && (a.at > b.at || (a.at === b.at && a.order > b.order));
}
