import { Writable } from 'node:stream';

/**
 * Bytes between a writer and one reader, in the pieces in which they were written, without copies. The writer waits while
 * the pipe is full. Destroying it with an error passes the error to the reader; without one the reader sees the end.
 */
export class BytePipe extends Writable implements AsyncIterable<Buffer> {
  readonly #holds: number;
  #pieces: Buffer[] = [];
  #unread = 0;
  #ended = false;
  #discards = false;
  /** Resumes the writer, and the reader. */
  #taken: (() => void) | undefined;
  #came: (() => void) | undefined;

  /** @param holds maximum of unread bytes, in addition to one piece */
  constructor(holds: number) {
    super({ highWaterMark: holds, decodeStrings: true });
    this.#holds = holds;
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    if (!this.#discards && piece.length > 0) {
      this.#pieces.push(piece);
      this.#unread += piece.length;
      this.#wakeReader();
    }
    if (this.#unread < this.#holds) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    this.#ended = true;
    this.#wakeReader();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#ended = true;
    this.#wakeReader();
    this.#wakeWriter();
    done(error);
  }

  /** Drops unread data and everything written from now on. */
  discard(): void {
    this.#discards = true;
    this.#pieces = [];
    this.#unread = 0;
    this.#wakeWriter();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const pieces = this.#pieces;
      this.#pieces = [];
      this.#unread = 0;
      this.#wakeWriter();
      yield* pieces;
      if (this.#pieces.length > 0) continue;
      if (this.errored !== null) throw this.errored;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#came = resolve));
    }
  }

  #wakeReader(): void {
    const wake = this.#came;
    this.#came = undefined;
    wake?.();
  }

  #wakeWriter(): void {
    const wake = this.#taken;
    this.#taken = undefined;
    wake?.();
  }
}
