/**
 * Messages between a connection that pushes and a reader that pulls. While something waits to be read the connection is
 * asked to pause; it is asked to go on when the reader waits. In the beginning it is paused.
 */
export class MessageQueue<T> implements AsyncIterable<T> {
  readonly #pause: () => void;
  readonly #resume: () => void;
  #waiting: T[] = [];
  #reader: ((result: IteratorResult<T>) => void) | undefined;
  #ended = false;
  #paused = true;

  constructor(flow: { pause: () => void; resume: () => void }) {
    this.#pause = flow.pause;
    this.#resume = flow.resume;
  }

  get paused(): boolean {
    return this.#paused;
  }

  push(message: T): void {
    if (this.#ended) return;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader({ value: message, done: false });
      return;
    }
    this.#waiting.push(message);
    this.#paused = true;
    this.#pause();
  }

  /** No message comes any more; those that wait can still be read. */
  end(): void {
    this.#ended = true;
    this.#reader?.({ value: undefined, done: true });
    this.#reader = undefined;
  }

  /** Nobody will read any more: what waits and what comes is dropped, and the connection goes on. */
  drop(): void {
    this.#waiting = [];
    this.end();
    this.#go();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => this.#next(),
      return: () => Promise.resolve({ value: undefined, done: true }),
    };
  }

  #next(): Promise<IteratorResult<T>> {
    const message = this.#waiting.shift();
    if (message !== undefined) return Promise.resolve({ value: message, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    this.#go();
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  #go(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resume();
  }
}
