/**
 * The longest accepted line: an object is at most 1.5 MiB in etcd, its JSON can be several times that; a server that
 * sends more without a newline is broken.
 */
export const MAX_LINE_LENGTH = 8 * 1024 * 1024;

const MOST_PARTS = 1024;

/** Thrown for a line beyond the limit. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/**
 * Splits a stream of bytes into lines at any chunk boundary, even within a UTF-8 sequence. A last line without its
 * newline is truncated, and not returned.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #limit: number;
  #parts: string[] = [];
  #length = 0;

  constructor(limit = MAX_LINE_LENGTH) {
    this.#limit = limit;
  }

  /** The lines that `chunk` completes, without their newlines. */
  *push(chunk: Uint8Array): Generator<string> {
    const text = this.#decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#add(text.slice(start, end));
      const line = this.#parts.join('');
      this.#parts = [];
      this.#length = 0;
      yield line;
      start = end + 1;
    }
    this.#add(text.slice(start));
  }

  #add(part: string): void {
    if (part === '') return;
    this.#length += part.length;
    if (this.#length > this.#limit) throw new LineTooLong(`a line is longer than ${this.#limit} characters`);
    this.#parts.push(part);
    // A line that arrives slowly is not kept as millions of tiny parts.
    if (this.#parts.length >= MOST_PARTS) this.#parts = [this.#parts.join('')];
  }
}
