import { ByteWindow } from './byte-window.ts';

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
  readonly #tails: readonly Buffer[];
  #searched: ByteWindow | undefined;

  constructor(at: number, tails: readonly Buffer[]) {
    this.at = at;
    this.#tails = tails;
  }

  get searching(): boolean {
    return this.#searched !== undefined;
  }

  /** Whether the log has the same bytes in this place. */
  isIn(log: ByteWindow): boolean {
    return this.#tails.some((tail) => {
      const own = log.slice(this.at - tail.length, this.at);
      return tail.subarray(tail.length - own.length).equals(own);
    });
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

  /** It will not come. */
  missing(): FoundEnd {
    return { rest: Buffer.from(this.#searched?.slice(0) ?? Buffer.alloc(0)), missing: true };
  }
}
