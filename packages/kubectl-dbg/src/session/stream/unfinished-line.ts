import type { ByteWindow } from './byte-window.ts';
import type { ChannelBuffer } from './channel-buffer.ts';
import { TELLING } from './join/align.ts';
import { expectedInLog } from './join/join-point.ts';

/** How attach ended: properly, or broken. */
export type AttachEnd = 'clean' | 'broken';

/** Maximum length of a first line that is kept to recognise it in the log. */
const MAX_LINE = 64 * 1024;

/**
 * A line whose first bytes from attach were written before it was known what preceded them: the log holds a line back
 * until it is finished. Then the log shows how much of it attach had missed.
 */
export class UnfinishedLine {
  readonly channel: ChannelBuffer;
  /** Position of the log when attach's bytes were written. */
  readonly from: number;
  #first: Buffer | undefined;

  constructor(channel: ChannelBuffer, from: number) {
    this.channel = channel;
    this.from = from;
  }

  /** Call before the channel drops data: keeps attach's first line when it is complete. */
  note(): void {
    if (this.#first !== undefined || this.channel.start > 0) return;
    const newline = this.channel.slice(0).indexOf('\n');
    if (newline !== -1) this.#first = Buffer.from(this.channel.slice(0, newline + 1));
    else if (this.channel.length > MAX_LINE) this.#first = Buffer.from(this.channel.slice(0));
  }

  /** Whether attach's first bytes must still be kept. */
  get waits(): boolean {
    return this.#first === undefined;
  }

  /**
   * Bytes missed before attach's first one; undefined until the log has shown the line. `ended`: attach sends no more, so
   * the line may stay without a newline. `alone`: everything that the log shows in the meantime belongs to this channel.
   * `quiet`: the log has caught up.
   */
  missed(log: ByteWindow, ended: AttachEnd | undefined, alone: boolean, quiet: boolean): number | undefined {
    const fresh = log.slice(this.from);
    if (this.#first === undefined) {
      if (ended === undefined) return undefined;
      // What attach sent up to its proper end is the end of the output; what it sent until it broke may not be.
      const own = this.channel.tail(MAX_LINE);
      const at = ended === 'clean' ? fresh.lastIndexOf(own) : fresh.indexOf(own);
      return at === -1 ? undefined : at;
    }
    const { length } = this.#first;
    if (alone && length < TELLING) {
      // Any line may end like this: only counting decides which one.
      if (!quiet) return undefined;
      const counted = fresh.length - expectedInLog(this.channel);
      if (counted >= 0 && fresh.subarray(counted, counted + length).equals(this.#first)) return counted;
    }
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
