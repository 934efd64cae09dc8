import { startTimer } from '../../base/timer.ts';
import type { EachPace } from './request.ts';

/** The clock of a pace; tests pass their own. */
export interface PaceClock {
  /** Milliseconds. */
  now(): number;
  /** Calls once after `milliseconds`; returns a function that cancels it. */
  after(milliseconds: number, call: () => void): () => void;
}

/** Starts that are allowed at once after a pause, as a share of a second's. */
const BURST_SECONDS = 0.5;

/** A response this many times slower than usual means that the server is busy. */
const SLOW = 4;

/** Responses faster than this (ms) are never slow. */
const NEVER_SLOW = 250;

/** Recovery of the width: plus one after as many good responses as it is wide, but at most this number. */
const GOOD_ANSWERS = 10;

/** Refusals and slow responses within this time (ms) have the same cause, and count once. */
const ONE_CAUSE_MS = 1_000;

/**
 * Decides when a target may start: by a width that is halved on 429 and on slow responses and grows back one by one, and
 * by a rate of starts. After 429, nothing starts before the server's pause is over.
 */
export class Pace {
  readonly #limits: Pick<EachPace, 'parallel' | 'rate'>;
  readonly #clock: PaceClock;
  #width: number;
  #active = 0;
  #tokens: number;
  #refilled: number;
  #pausedUntil = 0;
  #usual: number | undefined;
  #good = 0;
  #shrunk = -Infinity;
  #changed: (() => void) | undefined;

  constructor(limits: Pick<EachPace, 'parallel' | 'rate'>, clock: PaceClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#width = limits.parallel;
    this.#tokens = this.#capacity;
    this.#refilled = clock.now();
  }

  /** Targets that may run at the same time now. */
  get width(): number {
    return this.#width;
  }

  /** Whether a target may start now. */
  get isOpen(): boolean {
    this.#refill();
    return this.#active < this.#width && this.#tokens >= 1 && this.#clock.now() >= this.#pausedUntil;
  }

  /** A target starts: it counts as running until `ended`. */
  begun(): void {
    this.#tokens -= 1;
    this.#active += 1;
  }

  /** It has its result. */
  ended(): void {
    this.#active -= 1;
    this.#changed?.();
  }

  /** The server responded to a write after this time (ms). */
  answered(milliseconds: number): void {
    const usual = (this.#usual ??= milliseconds);
    this.#usual = usual + (milliseconds - usual) / 20;
    if (milliseconds > Math.max(NEVER_SLOW, usual * SLOW)) {
      this.#shrink();
      return;
    }
    this.#good += 1;
    if (this.#good < Math.min(GOOD_ANSWERS, this.#width) || this.#width >= this.#limits.parallel) return;
    this.#good = 0;
    this.#width += 1;
    this.#changed?.();
  }

  /** The server is busy (429) and asks for a pause (ms): all targets wait. */
  refused(milliseconds: number): void {
    const until = this.#clock.now() + milliseconds;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#shrink();
  }

  /** Resolves when it is worth checking `isOpen` again. */
  changed(): Promise<void> {
    this.#refill();
    const now = this.#clock.now();
    const untilToken = this.#tokens >= 1 ? Infinity : ((1 - this.#tokens) / this.#limits.rate) * 1000;
    const waits = [untilToken, this.#pausedUntil > now ? this.#pausedUntil - now : Infinity];
    const wait = Math.min(...waits.filter((ms) => ms > 0));
    return new Promise((resolve) => {
      const off = wait === Infinity ? undefined : this.#clock.after(Math.ceil(wait), done);
      this.#changed = done;
      function done() {
        off?.();
        resolve();
      }
    });
  }

  /** Ends a wait in `changed`, because something else has changed. */
  wake(): void {
    this.#changed?.();
  }

  get #capacity(): number {
    return Math.max(1, this.#limits.rate * BURST_SECONDS);
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(
      this.#capacity,
      this.#tokens + ((now - this.#refilled) / 1000) * this.#limits.rate,
    );
    this.#refilled = now;
  }

  #shrink(): void {
    if (this.#clock.now() - this.#shrunk < ONE_CAUSE_MS) return;
    this.#good = 0;
    this.#shrunk = this.#clock.now();
    this.#width = Math.max(1, Math.floor(this.#width / 2));
  }
}

/** Real time. */
export const PACE_CLOCK: PaceClock = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    return startTimer(milliseconds, call);
  },
};
