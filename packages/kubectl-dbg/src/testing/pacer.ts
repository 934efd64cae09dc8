import { setTimeout as delay } from 'node:timers/promises';

/** Waits according to the recorded times of one stream. */
export class Pacer {
  readonly #speed: number;
  readonly #began = performance.now();

  /** @param speed real milliseconds per recorded one; 0 does not wait at all */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Waits until `milliseconds` of recorded time have passed since the start. */
  async until(milliseconds: number): Promise<void> {
    if (this.#speed === 0) return;
    const left = milliseconds * this.#speed - (performance.now() - this.#began);
    if (left > 0) await delay(left);
  }
}
