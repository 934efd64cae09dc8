/**
 * Bytes that may be unread before the connection is asked to pause: some messages of the largest size, so that connection
 * and reader need not wait for each other at each one. A message counts as slightly more than its data.
 */
const MAX_WAITING_BYTES = 256 * 1024;
const BYTES_OF_A_MESSAGE = 256;

/**
 * Messages between a connection that pushes and a reader that pulls. If too much is unread the connection is asked to
 * pause; it is asked to resume when half of that is read, or when the reader waits. Initially it is paused.
 */
export class MessageQueue<T> implements AsyncIterable<T> {
  readonly #pause: () => void;
  readonly #resume: () => void;
  readonly #size: (message: T) => number;
  #bytes = 0;
  #waiting: T[] = [];
  #reader: ((result: IteratorResult<T>) => void) | undefined;
  #ended = false;
  #paused = true;

  constructor(flow: { pause: () => void; resume: () => void }, dataBytes: (message: T) => number) {
    this.#pause = flow.pause;
    this.#resume = flow.resume;
    this.#size = (message) => dataBytes(message) + BYTES_OF_A_MESSAGE;
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
    this.#bytes += this.#size(message);
    if (this.#bytes <= MAX_WAITING_BYTES) return;
    this.#paused = true;
    this.#pause();
  }

  /** No more messages arrive; queued ones can still be read. */
  end(): void {
    this.#ended = true;
    this.#reader?.({ value: undefined, done: true });
    this.#reader = undefined;
  }

  /** Nobody will read any more: queued and new messages are dropped, and the connection resumes. */
  drop(): void {
    this.#waiting = [];
    this.#bytes = 0;
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
    if (message !== undefined) {
      this.#bytes -= this.#size(message);
      if (this.#bytes <= MAX_WAITING_BYTES / 2 && !this.#ended) this.#go();
      return Promise.resolve({ value: message, done: false });
    }
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
