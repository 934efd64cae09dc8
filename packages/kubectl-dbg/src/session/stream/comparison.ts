import type { ByteWindow } from './byte-window.ts';
import type { ChannelBuffer } from './channel-buffer.ts';

const LF = 0x0a;

/**
 * After the join, compares the data of attach with the data of the log at the same positions, whichever arrives first.
 * While they are equal the join was right, or an error makes no difference.
 */
export class Comparison {
  readonly #channel: ChannelBuffer;
  /** Position in the output at which attach began. */
  readonly #begin: number;
  /** Position up to which everything is equal. */
  #equal: number;
  #differs = false;
  #hasNewline = false;

  constructor(channel: ChannelBuffer, begin: number, from: number) {
    this.#channel = channel;
    this.#begin = begin;
    this.#equal = from;
  }

  get differs(): boolean {
    return this.#differs;
  }

  /** Both have a newline at the same position: neither lacks a part of the line before it. */
  get isAlikeBeyondNewline(): boolean {
    return !this.#differs && this.#hasNewline;
  }

  /** Position from which the log must be kept. */
  get keepFrom(): number {
    return this.#differs ? Infinity : this.#equal;
  }

  /** Number of attach's bytes that the log has not reached. */
  get waiting(): number {
    return this.#differs ? 0 : this.#begin + this.#channel.length - this.#equal;
  }

  /** Compares what both have, and drops it. */
  run(log: ByteWindow, keep: number): void {
    if (this.#differs) return;
    const end = Math.min(log.end, this.#begin + this.#channel.length);
    if (end > this.#equal) {
      const own = this.#channel.slice(this.#equal - this.#begin, end - this.#begin);
      this.#differs = !own.equals(log.slice(this.#equal, end));
      this.#hasNewline ||= own.includes(LF);
      this.#equal = end;
    }
    if (this.#differs) this.#channel.keepOnly(keep);
    else this.#channel.dropTo(Math.min(this.#equal - this.#begin, this.#channel.length - keep));
  }
}
