import { borders } from '../join/align.ts';
import { ByteWindow } from '../byte-window.ts';
import type { Evidence } from './joined-stream.ts';

/** Fewer equal bytes than this may be a coincidence. */
const MIN_OVERLAP = 32;

/** The result of the search. */
export interface Resumption {
  /** The part of the log after it. */
  rest: Buffer;
  /** It was not found: the log had been cut beyond it. */
  missing: boolean;
}

/**
 * The end of attach's delivered bytes, where the log must continue after attach ended or broke. If the log was read
 * without a gap the position is found by counting, and compared; if the log was cut in the meantime, by its bytes.
 */
export class ResumePoint {
  readonly at: number;
  /** A carriage return was written after it: the log has it only if no newline followed. */
  readonly endsInReturn: boolean;
  /** The result of comparing the streams up to here. */
  readonly evidence: Evidence;
  readonly #tails: readonly Buffer[];
  #searched: ByteWindow | undefined;

  constructor(at: number, tails: readonly Buffer[], endsInReturn: boolean, evidence: Evidence) {
    this.evidence = evidence;
    this.at = at;
    this.endsInReturn = endsInReturn;
    this.#tails = tails;
  }

  get searching(): boolean {
    return this.#searched !== undefined;
  }

  /** The needed length of the log before `at`. */
  get length(): number {
    return Math.max(0, ...this.#tails.map((tail) => tail.length));
  }

  /** Whether the log has the same bytes at this position. */
  isIn(log: ByteWindow): boolean {
    return this.#tails.some((tail) => {
      const own = log.slice(this.at - tail.length, this.at);
      return tail.subarray(tail.length - own.length).equals(own);
    });
  }

  /** Whether the same bytes occur elsewhere in the kept log: then the position proves little. */
  isElsewhereIn(log: ByteWindow): boolean {
    return this.#tails.some((tail) => {
      const kept = log.slice(log.start);
      const place = this.at - tail.length - log.start;
      return kept.indexOf(tail) !== place || kept.lastIndexOf(tail) !== place;
    });
  }

  /** Whether the log ends with these bytes. */
  isEndOf(log: ByteWindow): boolean {
    return this.#tails.some((tail) => log.slice(log.end - tail.length).equals(tail));
  }

  /** The log was cut: from now on its bytes are searched, not counted. */
  beginSearch(): void {
    this.#searched = new ByteWindow();
  }

  /** Continues the search; undefined while a match is still possible. */
  search(data: Uint8Array, limit: number): Resumption | undefined {
    this.#searched?.append(data);
    const bytes = this.#searched?.slice(0) ?? Buffer.alloc(0);
    for (const tail of this.#tails) {
      const at = bytes.lastIndexOf(tail);
      if (at !== -1) return { rest: Buffer.from(bytes.subarray(at + tail.length)), missing: false };
    }
    return bytes.length > limit ? this.missing() : undefined;
  }

  /** There will be no complete match: the rest of the log may still begin within it. */
  missing(): Resumption {
    const bytes = Buffer.from(this.#searched?.slice(0) ?? Buffer.alloc(0));
    const [overlap = 0] = this.#tails
      .map((tail) => borders(bytes.subarray(0, tail.length), tail)[0] ?? 0)
      .sort((a, b) => b - a);
    return overlap >= MIN_OVERLAP
      ? { rest: bytes.subarray(overlap), missing: false }
      : { rest: bytes, missing: true };
  }
}
