import type { ByteWindow } from './byte-window.ts';
import { Comparison } from './comparison.ts';
import type { SpliceLimits } from './limits.ts';
import { type Channels, expectedInLog, type Meeting } from './meeting.ts';
import type { OutputGap } from './report.ts';
import { type AttachEnd, UnfinishedLine } from './unfinished-line.ts';

/** How much of attach's end is kept, to find it in the log if attach ends or breaks. */
const TAIL = 4 * 1024;

/** What comparing log and attach after the join has shown. */
export type Evidence = 'same' | 'differs' | 'none';

/** Attach speaks alone; the log is still counted for a while, to check the join. */
export class Takeover {
  readonly since: number;
  readonly #channels: Channels;
  readonly #lengthThen: number;
  readonly #logThen: number;
  /** Position in the output at which attach began. */
  #begin: number;
  #unfinished: UnfinishedLine[];
  /** Undefined where there is nothing to compare in place: two channels are mixed in the log. */
  #comparison: Comparison | undefined;
  #confirmed = false;

  constructor(log: ByteWindow, channels: Channels, meeting: Meeting, now: number) {
    this.since = now;
    this.#channels = channels;
    this.#begin = log.end - meeting.consumed.reduce((sum, value) => sum + value, 0);
    const open = channels.filter((channel) => channel.finalLength > 0 && !channel.hasNewline);
    this.#unfinished =
      meeting.by === 'unfinished-line' ? open.map((channel) => new UnfinishedLine(channel, log.end)) : [];
    this.#logThen = log.end;
    this.#lengthThen = this.#length();
    const [only, ...others] = channels.filter((channel) => channel.finalLength > 0);
    if (only !== undefined && others.length === 0 && meeting.by !== 'unfinished-line') {
      this.#comparison = new Comparison(only, this.#begin, log.end);
    }
    this.attachGrew(log);
  }

  /** Position in the output after attach's newest byte (a carriage return at its end is not counted). */
  get position(): number {
    return this.#begin + this.#channels.reduce((sum, channel) => sum + channel.length, 0);
  }

  /** Whether a carriage return was written beyond `position`. */
  get endsInReturn(): boolean {
    return this.#channels.some((channel) => channel.endsInReturn);
  }

  /** Whether the start of a line is still unknown. */
  get waits(): boolean {
    return this.#unfinished.length > 0;
  }

  /** Position from which the log must be kept. */
  get keepFrom(): number {
    return Math.min(this.#comparison?.keepFrom ?? Infinity, ...this.#unfinished.map((line) => line.from));
  }

  /** What the log shows of the join: the same bytes so far, others, or nothing that could be compared. */
  get evidence(): Evidence {
    if (this.#comparison === undefined) return 'none';
    return this.#comparison.differs ? 'differs' : 'same';
  }

  /** To be called after each new byte of attach or of the log. */
  attachGrew(log: ByteWindow): void {
    for (const line of this.#unfinished) line.note();
    if (this.#channels.filter((channel) => channel.finalLength > 0).length > 1) this.#comparison = undefined;
    this.#comparison?.run(log, TAIL);
    if (this.#comparison !== undefined) return;
    for (const channel of this.#channels) {
      if (!this.#unfinished.some((line) => line.waits && line.channel === channel)) channel.keepOnly(TAIL);
    }
  }

  /** The log will not be read on. */
  stopComparing(log: ByteWindow): void {
    this.#comparison = undefined;
    this.attachGrew(log);
  }

  /** The starts of lines that have come to light meanwhile. `ended`: attach brings no more. */
  settle(log: ByteWindow, ended: AttachEnd | undefined): OutputGap[] {
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
    if ((this.#comparison?.waiting ?? 0) >= limits.checkBytes) return true;
    const countable = this.#channels.every((channel) => channel.finalLength === 0 || channel.hasNewline);
    const expected = this.#begin + this.#channels.reduce((sum, channel) => sum + expectedInLog(channel), 0);
    const isNews = log.end > this.#logThen && this.evidence !== 'differs';
    if (countable && isNews && !this.waits && quiet >= limits.quietCount && log.end === expected) {
      this.#confirmed = true;
    }
    return this.#confirmed && now - this.since >= limits.checkTime;
  }

  /** The last bytes of each channel, to be found in the log. */
  tails(): Buffer[] {
    const active = this.#channels.filter((channel) => channel.finalLength > 0);
    if (active.length === 1) {
      const waiting = this.#comparison?.waiting ?? 0;
      return active.map((channel) => Buffer.from(channel.slice(channel.length - Math.max(TAIL, waiting))));
    }
    // Two channels are mixed in the log line by line.
    return active.map((channel) => {
      const tail = Buffer.from(channel.slice(channel.length - TAIL));
      return tail.subarray(tail.lastIndexOf('\n', tail.length - 2) + 1);
    });
  }

  #length(): number {
    return this.#channels.reduce((sum, channel) => sum + channel.finalLength, 0);
  }
}
