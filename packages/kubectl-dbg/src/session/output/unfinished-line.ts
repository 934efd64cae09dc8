import type { ByteWindow } from './byte-window.ts';
import type { ChannelBuffer } from './channel-buffer.ts';

/** How attach ended: to its end, or broken. */
export type AttachEnd = 'clean' | 'broken';

/** Longest first line that is kept to be recognised in the log. */
const MAX_LINE = 64 * 1024;

/**
 * A line of which attach's first bytes were shown before anybody could know what came before them: the log holds a
 * line back until it is finished. Once it is, the log shows how much of it attach had missed.
 */
export class UnfinishedLine {
  readonly channel: ChannelBuffer;
  /** Position of the log when attach's bytes were shown. */
  readonly from: number;
  #first: Buffer | undefined;

  constructor(channel: ChannelBuffer, from: number) {
    this.channel = channel;
    this.from = from;
  }

  /** Call before the channel forgets: keeps attach's first line once it is whole. */
  note(): void {
    if (this.#first !== undefined || this.channel.start > 0) return;
    const newline = this.channel.slice(0).indexOf('\n');
    if (newline !== -1) this.#first = Buffer.from(this.channel.slice(0, newline + 1));
    else if (this.channel.length > MAX_LINE) this.#first = Buffer.from(this.channel.slice(0));
  }

  /** Whether attach's first bytes must be kept still. */
  get waits(): boolean {
    return this.#first === undefined;
  }

  /**
   * Bytes missed before attach's first one; undefined until the log has shown the line. `ended`: attach brings no
   * more, so the line may stay without a newline. `alone`: all that the log shows meanwhile belongs to this channel.
   */
  missed(log: ByteWindow, ended: AttachEnd | undefined, alone: boolean): number | undefined {
    const fresh = log.slice(this.from);
    if (this.#first === undefined) {
      if (ended === undefined) return undefined;
      // What attach brought to its end is the end of what there is; what it brought until it broke need not be.
      const own = this.channel.tail(MAX_LINE);
      const at = ended === 'clean' ? fresh.lastIndexOf(own) : fresh.indexOf(own);
      return at === -1 ? undefined : at;
    }
    const { length } = this.#first;
    let start = 0;
    for (let end = fresh.indexOf('\n') + 1; end > 0; end = fresh.indexOf('\n', end) + 1) {
      if (end >= length && fresh.subarray(end - length, end).equals(this.#first)) {
        return end - length - (alone ? 0 : Math.min(start, end - length));
      }
      start = end;
    }
    return undefined;
  }
}
