import { ApiStatusError, explainApiError } from '../cluster/index.ts';
import { type Clock, REAL_CLOCK } from './stream/clock.ts';

/** An outage is told once it has lasted this long (ms): a restart of a proxy is no news. */
const TOLD_AFTER_MS = 3_000;

/** It is over when nothing has failed for this time (ms) after the server answered. */
const OVER_AFTER_MS = 1_000;

/** Tells of a server that is away during a watch: once why and since when, and once that it is back. */
export class Outage {
  readonly #say: (text: string) => void;
  readonly #now: () => number;
  readonly #clock: Clock;
  #failure: unknown;
  /** Milliseconds since the epoch; undefined while all is well. */
  #since: number | undefined;
  #isTold = false;
  #cancelTelling = () => {};
  #cancelOver = () => {};

  /** `now`: milliseconds since the epoch. */
  constructor(say: (text: string) => void, now: () => number, clock: Clock = REAL_CLOCK) {
    this.#say = say;
    this.#now = now;
    this.#clock = clock;
  }

  /** Something has failed that may pass. */
  failed(failure: unknown): void {
    this.#cancelOver();
    this.#failure = failure;
    if (this.#since !== undefined) return;
    this.#since = this.#now();
    this.#cancelTelling = this.#clock.after(TOLD_AFTER_MS, () => this.#tell());
  }

  /** For the `onTrouble` of a watch. */
  readonly onTrouble = (failure: unknown): void => {
    if (failure === undefined) this.answered();
    else this.failed(failure);
  };

  /** The server has answered. */
  answered(): void {
    if (this.#since === undefined) return;
    this.#cancelOver();
    this.#cancelOver = this.#clock.after(OVER_AFTER_MS, () => this.#end());
  }

  /** Says nothing any more. */
  stop(): void {
    this.#cancelTelling();
    this.#cancelOver();
  }

  #tell(): void {
    this.#isTold = true;
    const since = new Date(this.#since ?? 0).toISOString().replace(/^.*T|\.\d+/g, '');
    this.#say(`since ${since} ${messageOf(this.#failure)}: trying again`);
  }

  #end(): void {
    const seconds = Math.round((this.#now() - (this.#since ?? 0)) / 1000);
    if (this.#isTold) this.#say(`the server answers again, after ${seconds} s`);
    this.stop();
    this.#since = undefined;
    this.#isTold = false;
  }
}

function messageOf(failure: unknown): string {
  const explained = failure instanceof ApiStatusError ? explainApiError(failure) : failure;
  return explained instanceof Error ? explained.message : String(explained);
}
