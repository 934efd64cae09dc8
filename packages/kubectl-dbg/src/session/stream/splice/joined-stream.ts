import type { ByteWindow } from '../byte-window.ts';
import { Comparison } from '../comparison.ts';
import type { JoinThresholds } from '../thresholds.ts';
import { activeOf, type Channels, expectedInLog, type JoinPoint, sum } from '../join/join-point.ts';
import type { OutputGap } from '../report.ts';
import { type AttachEnd, UnfinishedLine } from '../unfinished-line.ts';

/** How much of attach's end is kept, to find it in the log if attach ends or breaks. */
const TAIL = 4 * 1024;

/** The result of comparing log and attach after the join. */
export type Evidence = 'same' | 'differs' | 'none';

/** Only attach is delivered; the log is still counted for a while, to check the join. */
export class JoinedStream {
  readonly since: number;
  readonly #channels: Channels;
  readonly #lengthThen: number;
  readonly #logThen: number;
  /** Position in the output at which attach began. */
  #begin: number;
  #unfinished: UnfinishedLine[];
  /** Undefined if nothing can be compared in place: two channels are mixed in the log. */
  #comparison: Comparison | undefined;
  #confirmed = false;
  #unprovenStart: boolean;

  constructor(log: ByteWindow, channels: Channels, point: JoinPoint, now: number) {
    this.since = now;
    this.#channels = channels;
    this.#begin = log.end - sum(point.consumed);
    this.#unprovenStart = point.unprovenStart === true;
    const open = activeOf(channels).filter((channel) => !channel.hasNewline);
    this.#unfinished =
      point.midLine === true ? open.map((channel) => new UnfinishedLine(channel, log.end)) : [];
    this.#logThen = log.end;
    this.#lengthThen = this.#length();
    const [only, ...others] = activeOf(channels);
    if (only !== undefined && others.length === 0 && point.midLine !== true) {
      this.#comparison = new Comparison(only, this.#begin, log.end);
    }
    this.attachGrew(log);
  }

  /** Position in the output after attach's newest byte (not counting a carriage return at its end). */
  get position(): number {
    return this.#begin + sum(this.#channels.map((channel) => channel.length));
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

  /** What the log shows about the join: equal bytes so far, different ones, or nothing comparable. */
  get evidence(): Evidence {
    if (this.#comparison === undefined) return 'none';
    return this.#comparison.differs ? 'differs' : 'same';
  }

  /** The data of the channel whose first line may lack its start; undefined if everything is proven. */
  get unprovenChannels(): Channels | undefined {
    return this.#unprovenStart ? activeOf(this.#channels) : undefined;
  }

  /** To be called after each new byte of attach or of the log. */
  attachGrew(log: ByteWindow): void {
    for (const line of this.#unfinished) line.note();
    if (activeOf(this.#channels).length > 1) this.#comparison = undefined;
    this.#comparison?.run(log, TAIL);
    if (this.#comparison?.isAlikeBeyondNewline === true) this.#unprovenStart = false;
    if (this.#comparison !== undefined) return;
    for (const channel of this.#channels) {
      if (!this.#unfinished.some((line) => line.waits && line.channel === channel)) channel.keepOnly(TAIL);
    }
  }

  /** The log will not be read further. */
  stopComparing(log: ByteWindow): void {
    this.#comparison = undefined;
    this.attachGrew(log);
  }

  /** The starts of lines that have become known. `ended`: attach sends no more. `quiet`: the log has caught up. */
  settle(log: ByteWindow, ended: AttachEnd | undefined, quiet: boolean): OutputGap[] {
    const gaps: OutputGap[] = [];
    const alone = activeOf(this.#channels).length === 1;
    this.#unfinished = this.#unfinished.filter((line) => {
      const missed = line.missed(log, ended, alone, quiet);
      if (missed === undefined) return true;
      this.#begin += missed;
      if (missed > 0) gaps.push({ at: line.from, bytes: missed, reason: 'unfinished-line' });
      return false;
    });
    return gaps;
  }

  /** Gives up on what is still unknown. */
  giveUp(): OutputGap[] {
    const gaps = this.#unfinished.map((line): OutputGap => ({
      at: line.from,
      bytes: 'unknown',
      reason: 'unfinished-line',
    }));
    this.#unfinished = [];
    return gaps;
  }

  /** Whether the log is no longer needed: its count has confirmed the join, or attach is far beyond it. */
  isChecked(now: number, quiet: number, log: ByteWindow, thresholds: JoinThresholds): boolean {
    // The first newline may still prove the start.
    const bytes = this.#unprovenStart ? thresholds.attachBytes : thresholds.checkBytes;
    if (this.#length() - this.#lengthThen >= bytes) return true;
    if ((this.#comparison?.waiting ?? 0) >= bytes) return true;
    const countable = this.#channels.every((channel) => channel.finalLength === 0 || channel.hasNewline);
    const expected = this.#begin + sum(this.#channels.map(expectedInLog));
    const isNews = log.end > this.#logThen && this.evidence !== 'differs';
    if (countable && isNews && !this.waits && quiet >= thresholds.quietCount && log.end === expected) {
      this.#confirmed = true;
      this.#unprovenStart = false;
    }
    return this.#confirmed && now - this.since >= thresholds.checkTime;
  }

  /** The last bytes of each channel, to find them in the log. */
  tails(): Buffer[] {
    const active = activeOf(this.#channels);
    if (active.length === 1) {
      const waiting = this.#comparison?.waiting ?? 0;
      return active.map((channel) => Buffer.from(channel.slice(channel.length - Math.max(TAIL, waiting))));
    }
    // In the log, two channels are mixed line by line.
    return active.map((channel) => {
      const tail = Buffer.from(channel.slice(channel.length - TAIL));
      return tail.subarray(tail.lastIndexOf('\n', tail.length - 2) + 1);
    });
  }

  #length(): number {
    return sum(this.#channels.map((channel) => channel.finalLength));
  }
}
