import { MAX_ENTRY_BYTES } from './cri-line.ts';

const LF = 0x0a;
const CR = 0x0d;

/** Initial buffer size for an unfinished line; it doubles as the line grows. */
const FIRST_CAPACITY = 256;

const EMPTY = Buffer.alloc(0);

/** Receives one entry's content; `partial` if its line continues. */
export type EntrySink = (content: Buffer, partial: boolean) => void;

/**
 * Splits a stream of bytes into log entries like containerd: lines without their ends (one CR before the LF is dropped),
 * pieces of 16,384 bytes for longer lines, and nothing of an unfinished line until its newline or the end.
 *
 * Takes linear time and never holds more than one piece, however long a line is.
 */
export class LineAssembler {
  #held = EMPTY;
  #heldBytes = 0;
  readonly #sink: EntrySink;

  constructor(sink: EntrySink) {
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.#line(chunk.subarray(start, end));
      start = end + 1;
    }
    const rest = this.#pieces(chunk.subarray(start));
    if (rest.length > 0) this.#hold(rest);
  }

  /** The stream has ended: an unfinished line becomes a piece. */
  end(): void {
    if (this.#heldBytes > 0) this.#emit(this.#heldBytes, true);
  }

  /** The end of a line, after its LF. */
  #line(tail: Buffer): void {
    // A CR before the LF is not content, and must not become a separate piece.
    const rest = this.#pieces(tail.at(-1) === CR ? tail.subarray(0, -1) : tail);
    if (this.#heldBytes === 0) {
      this.#sink(rest, false);
      return;
    }
    this.#hold(rest);
    const endsHeld = tail.length === 0 && this.#held[this.#heldBytes - 1] === CR;
    this.#emit(this.#heldBytes - (endsHeld ? 1 : 0), false);
  }

  /** Emits complete pieces of a longer line; returns the rest, which fits behind the buffered bytes. */
  #pieces(chunk: Buffer): Buffer {
    let rest = chunk;
    while (this.#heldBytes + rest.length > MAX_ENTRY_BYTES) {
      const taken = rest.subarray(0, MAX_ENTRY_BYTES - this.#heldBytes);
      if (this.#heldBytes === 0) this.#sink(taken, true);
      else {
        this.#hold(taken);
        this.#emit(MAX_ENTRY_BYTES, true);
      }
      rest = rest.subarray(taken.length);
    }
    return rest;
  }

  /**
   * Emits the buffer and releases it: with thousands of container logs, idle buffers would add up.
   */
  #emit(bytes: number, partial: boolean): void {
    const content = this.#held.subarray(0, bytes);
    this.#held = EMPTY;
    this.#heldBytes = 0;
    this.#sink(content, partial);
  }

  #hold(bytes: Buffer): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      let capacity = Math.max(FIRST_CAPACITY, this.#held.length);
      while (capacity < needed) capacity *= 2;
      const larger = Buffer.allocUnsafe(Math.min(capacity, MAX_ENTRY_BYTES));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldBytes);
    this.#heldBytes = needed;
  }
}
