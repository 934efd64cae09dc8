import type { ByteWindow } from './byte-window.ts';
import type { ChannelBuffer } from './channel-buffer.ts';

/**
 * Compares, after the join, what attach brings with what the log brings in the same place, whichever is first: while
 * they are equal the join was right, or its being wrong makes no difference.
 */
export class Comparison {
  readonly #channel: ChannelBuffer;
  /** Position in the output at which attach began. */
  readonly #begin: number;
  /** Position up to which all is equal. */
  #equal: number;
  #differs = false;

  constructor(channel: ChannelBuffer, begin: number, from: number) {
    this.#channel = channel;
    this.#begin = begin;
    this.#equal = from;
  }

  get differs(): boolean {
    return this.#differs;
  }

  /** Position from which the log must be kept. */
  get keepFrom(): number {
    return this.#differs ? Infinity : this.#equal;
  }

  /** How many of attach's bytes the log has not reached. */
  get waiting(): number {
    return this.#differs ? 0 : this.#begin + this.#channel.length - this.#equal;
  }

  /** Compares what both have by now, and forgets it. */
  run(log: ByteWindow, keep: number): void {
    if (this.#differs) return;
    const end = Math.min(log.end, this.#begin + this.#channel.length);
    if (end > this.#equal) {
      const own = this.#channel.slice(this.#equal - this.#begin, end - this.#begin);
      this.#differs = !own.equals(log.slice(this.#equal, end));
      this.#equal = end;
    }
    if (this.#differs) this.#channel.keepOnly(keep);
    else this.#channel.dropTo(Math.min(this.#equal - this.#begin, this.#channel.length - keep));
  }
}
