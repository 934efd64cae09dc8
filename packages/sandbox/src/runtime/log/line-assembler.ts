import { MAX_ENTRY_BYTES } from './cri-line.ts';

const LF = 0x0a;
const CR = 0x0d;

/** Takes one entry's content; `partial` if its line goes on. */
export type EntrySink = (content: Buffer, partial: boolean) => void;

/**
 * Cuts a stream of bytes into log entries as containerd does: a line without its end (one CR before the LF is
 * dropped), pieces of 16,384 bytes of longer lines, and nothing of an unfinished line until its newline or the end.
 */
export class LineAssembler {
  #held: Buffer[] = [];
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
    if (start === chunk.length) return;
    // A copy, so that a held tail does not keep the whole chunk alive.
    this.#held.push(Buffer.from(chunk.subarray(start)));
    this.#heldBytes += chunk.length - start;
    // The piece is due as soon as it is known that the line is longer.
    while (this.#heldBytes > MAX_ENTRY_BYTES) {
      const all = Buffer.concat(this.#held);
      this.#sink(all.subarray(0, MAX_ENTRY_BYTES), true);
      this.#hold(all.subarray(MAX_ENTRY_BYTES));
    }
  }

  /** The stream has ended: an unfinished line becomes a piece. */
  end(): void {
    if (this.#heldBytes > 0) this.#sink(Buffer.concat(this.#held), true);
    this.#hold(undefined);
  }

  #line(tail: Buffer): void {
    let line = tail;
    if (this.#heldBytes > 0) {
      line = Buffer.concat([...this.#held, tail]);
      this.#hold(undefined);
    }
    if (line.at(-1) === CR) line = line.subarray(0, -1);
    while (line.length > MAX_ENTRY_BYTES) {
      this.#sink(line.subarray(0, MAX_ENTRY_BYTES), true);
      line = line.subarray(MAX_ENTRY_BYTES);
    }
    this.#sink(line, false);
  }

  #hold(rest: Buffer | undefined): void {
    this.#held = rest === undefined || rest.length === 0 ? [] : [rest];
    this.#heldBytes = rest?.length ?? 0;
  }
}
