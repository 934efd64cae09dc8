import type { ByteWindow } from './byte-window.ts';
import type { SpliceLimits } from './limits.ts';
import { type Channels, expectedInLog, type Meeting } from './meeting.ts';
import type { OutputGap } from './report.ts';
import { UnfinishedLine } from './unfinished-line.ts';

/** How much of attach's end is kept, to find it in the log if attach ends or breaks. */
const TAIL = 4 * 1024;

/** Attach speaks alone; the log is still counted for a while, to check the join. */
export class Takeover {
  readonly since: number;
  readonly #channels: Channels;
  readonly #lengthThen: number;
  /** Position in the output at which attach began. */
  #begin: number;
  #unfinished: UnfinishedLine[];
  #confirmed = false;

  constructor(log: ByteWindow, channels: Channels, meeting: Meeting, now: number) {
    this.since = now;
    this.#channels = channels;
    this.#begin = log.end - meeting.consumed.reduce((sum, value) => sum + value, 0);
    const open = channels.filter((channel) => channel.finalLength > 0 && !channel.hasNewline);
    this.#unfinished =
      meeting.by === 'unfinished-line' ? open.map((channel) => new UnfinishedLine(channel, log.end)) : [];
    this.#lengthThen = this.#length();
    this.attachGrew();
  }

  /** Position in the output after attach's newest byte. */
  get position(): number {
    return this.#begin + this.#length();
  }

  /** Whether the start of a line is still unknown. */
  get waits(): boolean {
    return this.#unfinished.length > 0;
  }

  /** Position from which the log must be kept. */
  get keepFrom(): number {
    return Math.min(Infinity, ...this.#unfinished.map((line) => line.from));
  }

  /** To be called after each new byte of attach. */
  attachGrew(): void {
    for (const line of this.#unfinished) line.note();
    for (const channel of this.#channels) {
      if (!this.#unfinished.some((line) => line.waits && line.channel === channel)) channel.keepOnly(TAIL);
    }
  }

  /** The starts of lines that have come to light meanwhile. `ended`: attach brings no more. */
  settle(log: ByteWindow, ended: boolean): OutputGap[] {
    const gaps: OutputGap[] = [];
    const alone = this.#channels.filter((channel) => channel.finalLength > 0).length === 1;
    this.#unfinished = this.#unfinished.filter((line) => {
      const missed = line.missed(log, ended, alone);
      if (missed === undefined) return true;
      this.#begin += missed;
      if (missed > 0) gaps.push({ at: line.from, bytes: missed, reason: 'unfinished-line' });
      return false;
    });
    return gaps;
  }

  /** Gives up on what is not known yet. */
  giveUp(): OutputGap[] {
    const gaps = this.#unfinished.map((line): OutputGap => ({
      at: line.from,
      bytes: 'unknown',
      reason: 'unfinished-line',
    }));
    this.#unfinished = [];
    return gaps;
  }

  /** Whether the log has served: its count has confirmed the join, or attach has gone far beyond it. */
  isChecked(now: number, quiet: number, log: ByteWindow, limits: SpliceLimits): boolean {
    if (this.#length() - this.#lengthThen >= limits.checkBytes) return true;
    const countable = this.#channels.every((channel) => channel.finalLength === 0 || channel.hasNewline);
    const expected = this.#begin + this.#channels.reduce((sum, channel) => sum + expectedInLog(channel), 0);
    if (countable && !this.waits && quiet >= limits.quietRepetitive && log.end === expected) {
      this.#confirmed = true;
    }
    return this.#confirmed && now - this.since >= limits.checkTime;
  }

  /** The last bytes of each channel, to be found in the log. */
  tails(): Buffer[] {
    const active = this.#channels.filter((channel) => channel.finalLength > 0);
    if (active.length === 1) return active.map((channel) => channel.tail(TAIL));
    // Two channels are mixed in the log line by line.
    return active.map((channel) => {
      const tail = channel.tail(TAIL);
      return tail.subarray(tail.lastIndexOf('\n', tail.length - 2) + 1);
    });
  }

  #length(): number {
    return this.#channels.reduce((sum, channel) => sum + channel.finalLength, 0);
  }
}
