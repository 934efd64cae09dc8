/** Growing pauses with jitter, so that many clients don't reconnect at once. */
export class Backoff {
  readonly #first: number;
  readonly #limit: number;
  readonly #random: () => number;
  #next: number;

  /** @param random in [0, 1) */
  constructor(first: number, limit: number, random: () => number) {
    this.#first = first;
    this.#limit = limit;
    this.#random = random;
    this.#next = first;
  }

  /** The next pause, in milliseconds: between half and the full length of the current step. */
  pause(): number {
    const step = this.#next;
    this.#next = Math.min(this.#limit, step * 2);
    return step / 2 + (step / 2) * this.#random();
  }

  /** After success: the next pause is short again. */
  reset(): void {
    this.#next = this.#first;
  }
}
