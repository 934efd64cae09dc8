import { borders } from './align.ts';
import { ByteWindow } from './byte-window.ts';
import type { Evidence } from './takeover.ts';

/** Fewer equal bytes than this may be chance. */
const MIN_OVERLAP = 32;

/** What came of looking for it. */
export interface FoundEnd {
  /** What the log has after it. */
  rest: Buffer;
  /** It was not there: the log had been cut beyond it. */
  missing: boolean;
}

/**
 * The end of what attach has delivered, where the log must go on after attach ended or broke. Where the log was read
 * without a break it is found by counting, and compared; where the log was cut meanwhile, by its bytes.
 */
export class WrittenEnd {
  readonly at: number;
  /** A carriage return was written beyond that: the log has it only if no newline followed. */
  readonly returned: boolean;
  /** What comparing the streams up to here has shown. */
  readonly evidence: Evidence;
  readonly #tails: readonly Buffer[];
  #searched: ByteWindow | undefined;

  constructor(at: number, tails: readonly Buffer[], returned: boolean, evidence: Evidence) {
    this.evidence = evidence;
    this.at = at;
    this.returned = returned;
    this.#tails = tails;
  }

  get searching(): boolean {
    return this.#searched !== undefined;
  }

  /** How much of the log before `at` is needed. */
  get length(): number {
    return Math.max(0, ...this.#tails.map((tail) => tail.length));
  }

  /** Whether the log has the same bytes in this place. */
  isIn(log: ByteWindow): boolean {
    return this.#tails.some((tail) => {
      const own = log.slice(this.at - tail.length, this.at);
      return tail.subarray(tail.length - own.length).equals(own);
    });
  }

  /** Whether the same bytes stand elsewhere too, as far as the log is kept: then being in place proves little. */
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

  /** The log was cut: from here on its bytes are searched, not counted. */
  beginSearch(): void {
    this.#searched = new ByteWindow();
  }

  /** Looks on; undefined while it may still come. */
  search(data: Uint8Array, limit: number): FoundEnd | undefined {
    this.#searched?.append(data);
    const bytes = this.#searched?.slice(0) ?? Buffer.alloc(0);
    for (const tail of this.#tails) {
      const at = bytes.lastIndexOf(tail);
      if (at !== -1) return { rest: Buffer.from(bytes.subarray(at + tail.length)), missing: false };
    }
    return bytes.length > limit ? this.missing() : undefined;
  }

  /** It will not come whole: what is left of the log may still begin within it. */
  missing(): FoundEnd {
    const bytes = Buffer.from(this.#searched?.slice(0) ?? Buffer.alloc(0));
    const [overlap = 0] = this.#tails
      .map((tail) => borders(bytes.subarray(0, tail.length), tail)[0] ?? 0)
      .sort((a, b) => b - a);
    return overlap >= MIN_OVERLAP
      ? { rest: bytes.subarray(overlap), missing: false }
      : { rest: bytes, missing: true };
  }
}
