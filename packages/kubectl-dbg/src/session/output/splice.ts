import { Activity } from './activity.ts';
import { AttachSource } from './attach-source.ts';
import { handOver } from './hand-over.ts';
import { SPLICE_LIMITS, type SpliceLimits } from './limits.ts';
import { LogSource } from './log-source.ts';
import {
  bestGuess,
  meetAtEnd,
  meetBySilence,
  meetFromStart,
  meetByText,
  type Meeting,
  type MeetingView,
} from './meeting.ts';
import type { SpliceReport } from './report.ts';
import { type SpliceCommand, SpliceOutput } from './splice-output.ts';
import { Takeover } from './takeover.ts';
import { type FoundEnd, WrittenEnd } from './written-end.ts';

const CR = 0x0d;

export type { SpliceCommand } from './splice-output.ts';

export interface SpliceOptions {
  tty: boolean;
  /** Attach will be opened; without it the log is all there is. */
  attach: boolean;
  limits?: Partial<SpliceLimits>;
}

/**
 * Joins a container's log and attach streams: a state machine without I/O and without a clock of its own.
 *
 * The log speaks until attach's bytes are found in it beyond doubt; then attach speaks alone, until it ends or
 * breaks. Positions count the output's bytes in the log's form (no carriage return before a newline).
 */
export class Splice {
  readonly #output: SpliceOutput;
  readonly #tty: boolean;
  readonly #limits: SpliceLimits;
  readonly #log: LogSource;
  readonly #attach: AttachSource;
  /** The final count showed a wrong join: what the log has beyond it was already written. */
  #swallow = false;
  #terminated = Infinity;
  #finished = false;
  /** Attach speaks. */
  #takeover: Takeover | undefined;
  /** Attach spoke and ended: where the log goes on. */
  #writtenEnd: WrittenEnd | undefined;
  /** Position in the output before which the next attach can't have begun. */
  #floor = 0;
  readonly #activity = new Activity();

  constructor(options: SpliceOptions) {
    this.#tty = options.tty;
    this.#output = new SpliceOutput(options.tty);
    this.#limits = { ...SPLICE_LIMITS, ...options.limits };
    this.#log = new LogSource(this.#output);
    this.#attach = new AttachSource(options.tty, options.attach ? 'opening' : 'none');
  }

  /** What to do now, in order; asking empties the list. */
  take(): SpliceCommand[] {
    return this.#output.take();
  }

  get report(): SpliceReport {
    return this.#output.report;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Whether attach may be read: false while too much of it waits for the log to come near. */
  get wantsAttach(): boolean {
    if (this.#takeover !== undefined || this.#finished) return true;
    const { attachBytes } = this.#limits;
    const ahead = this.#attach.brought - this.#log.held.window.end;
    return this.#attach.kept < attachBytes && ahead < attachBytes;
  }

  /** Attach is up: its bytes begin somewhere in the output. */
  attachOpened(now: number): void {
    if (this.#takeover !== undefined) this.#leave(this.#takeover);
    this.#attach.open();
    this.#activity.attachOpened(now);
  }

  /** `channel`: 1 is stdout, 2 is stderr. */
  attachData(channel: number, data: Uint8Array, now: number): void {
    if (data.length === 0 || this.#finished) return;
    const index = this.#attach.indexOf(channel);
    if (this.#attach.brought === 0) this.#attach.logThen = this.#log.held.window.end;
    this.#activity.attachCame(now, this.#attach.append(index, data));
    if (this.#takeover !== undefined) {
      this.#output.write(index, data);
      this.#takeover.attachGrew(this.#log.held.window);
    } else if (this.#attach.ambiguous && !this.wantsAttach) {
      // What the log has brought too need not be kept of it: the text can't tell where they meet.
      const has = this.#log.held.window.end - this.#attach.logThen;
      for (const buffer of this.#attach.channels) {
        buffer.dropTo(Math.min(buffer.length, has) - this.#limits.history);
      }
    }
    this.#step(now);
  }

  /** `clean`: the server ended it and said so. Otherwise the connection broke. */
  attachEnded(clean: boolean, now: number): void {
    if (this.#attach.state === 'ended' || this.#attach.state === 'broken') return;
    this.#attach.state = clean ? 'ended' : 'broken';
    this.#attach.over = now;
    this.#step(now);
  }

  /** The server answers with the log: what it holds comes now. */
  logOpened(now: number): void {
    this.#activity.logOpened = now;
  }

  /** New bytes of the log, each once. `gapBefore`: bytes may be missing before these (the log was cut). */
  logData(data: Uint8Array, now: number, gapBefore = false): void {
    if (this.#finished || data.length === 0) return;
    this.#activity.logCame(now);
    this.#log.came(data);
    if (gapBefore) this.#logCut();
    if (this.#writtenEnd?.searching === true) {
      const found = this.#writtenEnd.search(data, this.#limits.attachBytes);
      if (found !== undefined) this.#resumeAfterSearch(found, now);
    } else {
      this.#log.held.push(data, now);
    }
    this.#step(now);
  }

  /** `clean`: the answer was complete. */
  logEnded(clean: boolean, now: number): void {
    if (this.#log.state !== 'open') return;
    this.#log.ended(clean, now);
    this.#step(now);
  }

  /** A plain read has answered `check-log`. `atEnd`: the log has nothing beyond what it had brought. */
  logChecked(atEnd: boolean, now: number): void {
    if (!atEnd || !this.#log.checkedEnd || this.#log.state !== 'open') return;
    this.#log.release();
    this.#log.ended(true, now);
    this.#step(now);
  }

  /** The log may not be read: attach is all there is. */
  logRefused(now: number): void {
    this.#log.state = 'refused';
    this.#output.gap(this.#log.held.window.end, 'unknown', 'log-refused');
    this.#step(now);
  }

  /** The container's status says that it has ended. */
  terminated(now: number): void {
    this.#terminated = Math.min(this.#terminated, now);
    this.#step(now);
  }

  /** The sources were not being read until now (the output was not taken): silence up to here means nothing. */
  resumed(now: number): void {
    this.#activity.readAgain(now);
  }

  /** To be called at `deadline`. */
  tick(now: number): void {
    this.#step(now);
  }

  /** When `tick` is to be called next, if nothing happens before. */
  deadline(now: number): number | undefined {
    if (this.#finished) return undefined;
    const { endGrace, aliveGrace, followEnd, logRetry, giveUp, searchEvery, checkTime } = this.#limits;
    const times = [
      ...this.#activity.deadlines(this.#limits),
      this.#attach.searched.at + searchEvery,
      (this.#log.held.oldest ?? Infinity) + this.#hold,
      this.#attach.over + endGrace,
      this.#attach.over + aliveGrace,
      ...[followEnd, endGrace, giveUp].map((time) => this.#terminated + time),
      this.#activity.any + followEnd,
      this.#log.over + logRetry,
      (this.#takeover?.since ?? Infinity) + checkTime,
      this.#activity.any + this.#limits.quiet,
    ];
    const next = Math.min(...times.filter((time) => time > now));
    return Number.isFinite(next) ? next : undefined;
  }

  get #hold(): number {
    const attachSpeaks =
      this.#attach.state === 'opening' || this.#attach.state === 'open' || this.#attach.brought > 0;
    if (this.#tty || !attachSpeaks) return 0;
    // Attach has it all: its bytes are worth waiting for, they know channels and carriage returns.
    const isAttachs = this.#log.held.written === 0 && this.#activity.beganAfterAttach(this.#limits.settled);
    return isAttachs ? this.#limits.holdFromStart : this.#limits.hold;
  }

  #step(now: number): void {
    if (this.#finished) return;
    if (this.#takeover === undefined) {
      const meeting = this.#meet(now);
      if (meeting !== undefined) this.#join(meeting, now);
    }
    if (this.#takeover !== undefined) this.#watchTakeover(this.#takeover, now);
    if (this.#takeover === undefined) this.#writeDue(now);
    this.#conclude(now);
  }

  /** Before the join, and after attach: the log speaks. */
  #writeDue(now: number): void {
    const { window, written } = this.#log.held;
    if (this.#writtenEnd !== undefined) this.#checkWrittenEnd(this.#writtenEnd, now);
    if (this.#swallow && this.#terminated > now && now - this.#attach.over >= this.#limits.endGrace) {
      // The container lives on: what it prints now is new, wherever the wrong join was.
      this.#swallow = false;
      this.#output.gap(written, 'unknown', 'misjoined');
      this.#log.held.written = window.end;
    }
    const isOpen = this.#writtenEnd !== undefined && window.end > this.#writtenEnd.at;
    if (!this.#swallow && !isOpen) {
      const lines = !this.#tty && this.#hold > 0;
      this.#output.writeLog(this.#log.held.due(now, this.#hold, this.#limits.holdBytes, lines));
    }
    const keep = Math.max(this.#limits.history, this.#writtenEnd?.length ?? 0);
    window.dropTo(Math.min(this.#swallow ? Infinity : written, window.end) - keep);
  }

  #view(now: number): MeetingView {
    return {
      now,
      log: this.#log.held.window,
      openLine: this.#log.held.openLine,
      channels: this.#attach.channels,
      floor: this.#floor,
      activity: this.#activity,
      ended: this.#attach.state !== 'open',
      held: !this.wantsAttach,
      tty: this.#tty,
      limits: this.#limits,
    };
  }

  #meet(now: number): Meeting | undefined {
    if (this.#attach.state !== 'open' && this.#attach.state !== 'ended') return undefined;
    if (this.#log.state === 'refused') return { consumed: this.#attach.channels.map(() => 0), by: 'gave-up' };
    if (this.#writtenEnd?.searching === true || this.#attach.brought === 0) return undefined;
    const view = this.#view(now);
    // What has come just now may be on its way on the log too; but a flood without a pause must not hide a dead log.
    const { quiet, endGrace } = this.#limits;
    const isPause = now - this.#activity.any >= quiet || now - this.#activity.logSilentSince >= 2 * endGrace;
    const isOwed = view.held || (this.#activity.unmatchedSince <= now && isPause);
    if (isOwed && this.#logStalls(now)) return this.#meetStalled(view);
    if (this.#log.held.written === 0) {
      const fromStart = meetFromStart(view);
      if (fromStart !== undefined) return fromStart;
    }
    return meetBySilence(view) ?? this.#meetByText(view) ?? this.#meetByGuess(view);
  }

  /**
   * A flood of one text over and over, of which the log was cut while it lagged far behind: attach goes on where the log
   * was when it began, which may be wrong by what was on its way then.
   */
  #meetByGuess({ channels, held, log }: MeetingView): Meeting | undefined {
    if (!held || !this.#attach.ambiguous || !this.#log.cut) return undefined;
    this.#output.gap(log.end, 'unknown', 'ambiguous');
    const has = log.end - this.#attach.logThen;
    const consumed = channels.map((channel) => Math.min(channel.length, channel.finalLength > 0 ? has : 0));
    return { consumed, by: 'gave-up' };
  }

  #meetByText(view: MeetingView): Meeting | undefined {
    const { now, log } = view;
    const brought = this.#attach.brought;
    const isNews =
      log.end !== this.#attach.searched.log ||
      (brought !== this.#attach.searched.brought && brought < this.#limits.lagging);
    if (!isNews || now - this.#attach.searched.at < this.#limits.searchEvery) return undefined;
    this.#attach.searched = { at: now, log: log.end, brought };
    const found = meetByText(view);
    this.#attach.ambiguous = found === 'ambiguous';
    return found === 'ambiguous' ? undefined : found;
  }

  #join(meeting: Meeting, now: number): void {
    const { window } = this.#log.held;
    const stretches = handOver(window, this.#log.held.written, this.#attach.channels, meeting);
    if (stretches === undefined) return;
    this.#output.writeStretches(stretches);
    this.report.joined = meeting.by;
    this.#writtenEnd = undefined;
    this.#takeover = new Takeover(window, this.#attach.channels, meeting, now);
  }

  /** The log has fallen silent while attach goes on. If asking again doesn't help, what lies between is lost. */
  #meetStalled(view: MeetingView): Meeting | undefined {
    if (this.#log.state === 'open' && !this.#log.askedAgain) {
      this.#log.askedAgain = true;
      this.#log.release();
      this.#log.open(true);
      this.#activity.resumed = view.now;
      return undefined;
    }
    const meeting = meetBySilence(view, true) ?? meetAtEnd(view);
    if (meeting !== undefined && meeting !== 'whole') return meeting;
    const isMixed =
      this.#attach.channels.every((channel) => channel.length > 0) && this.#attach.channels.length > 1;
    if (!view.held && (meeting === 'whole' || isMixed)) {
      // Nothing is missing, or nobody can tell: the log speaks on.
      this.#activity.unmatchedSince = Infinity;
      return undefined;
    }
    this.#output.gap(this.#log.held.window.end, 'unknown', 'log-cut');
    return bestGuess(view);
  }

  #logStalls(now: number): boolean {
    if (this.#log.state === 'ended' && this.#terminated <= now) return !this.wantsAttach;
    return now - this.#activity.logSilentSince >= this.#limits.endGrace;
  }

  #watchTakeover(takeover: Takeover, now: number): void {
    const { window } = this.#log.held;
    const over = this.#attach.state !== 'open';
    takeover.attachGrew(window);
    this.report.gaps.push(
      ...takeover.settle(window, over ? (this.#attach.state === 'ended' ? 'clean' : 'broken') : undefined),
    );
    this.#log.held.written = takeover.position;
    window.dropTo(Math.min(takeover.keepFrom, window.end) - this.#limits.history);
    if (over) {
      if (!takeover.waits || this.#log.state !== 'open') this.#leave(takeover);
    } else if (takeover.isChecked(now, now - this.#activity.line, window, this.#limits)) {
      this.report.gaps.push(...takeover.giveUp());
      takeover.stopComparing(window);
      this.#log.release();
    }
  }

  /** Attach no longer speaks: the log goes on behind its last byte. */
  #leave(takeover: Takeover): void {
    this.report.gaps.push(...takeover.giveUp());
    this.#log.held.written = takeover.position;
    // The next attach begins behind the end of this one.
    this.#floor = takeover.position;
    this.#writtenEnd = new WrittenEnd(
      takeover.position,
      takeover.tails(),
      takeover.endsInReturn,
      takeover.evidence,
    );
    this.#takeover = undefined;
    this.#attach.spoke = true;
    this.#attach.forget();
  }

  /** Bytes may be missing between what the log has brought and what it brings next. */
  #logCut(): void {
    this.#log.cut = true;
    if (this.#takeover !== undefined) {
      this.report.gaps.push(...this.#takeover.giveUp());
      this.#takeover.stopComparing(this.#log.held.window);
    } else if (this.#writtenEnd !== undefined && this.#log.held.window.end < this.#log.held.written) {
      this.#writtenEnd.beginSearch();
    } else {
      this.#output.gap(this.#log.held.window.end, 'unknown', 'log-cut');
    }
  }

  #resumeAfterSearch({ rest, missing }: FoundEnd, now: number): void {
    const { window, written } = this.#log.held;
    this.#writtenEnd = undefined;
    if (missing) this.#output.gap(written, 'unknown', 'log-cut');
    window.skip(Math.max(0, written - window.end));
    this.#log.held.push(rest, now);
  }

  /**
   * The log reaches beyond what attach had delivered. If the bytes before that are the same, attach was cut short and
   * the log goes on; else the streams were joined wrongly. Where the bytes can't tell, the end of the log does.
   */
  #checkWrittenEnd(end: WrittenEnd, now: number): void {
    const { window } = this.#log.held;
    if (end.searching || window.end <= end.at) return;
    const cutShort = this.#attach.state === 'broken' || now - this.#attach.over >= this.#limits.endGrace;
    if (end.evidence === 'differs' || !end.isIn(window)) {
      this.#resumeAfter(end, cutShort ? 'unsure' : 'misjoined');
    } else if (end.evidence === 'same' || cutShort || !end.isElsewhereIn(window)) {
      this.#resumeAfter(end, 'sure');
    } else if (window.end - end.at > this.#limits.holdBytes) {
      this.#resumeAfter(end, 'unsure');
    }
  }

  #resumeAfter(end: WrittenEnd, how: 'sure' | 'unsure' | 'misjoined'): void {
    this.#writtenEnd = undefined;
    if (how === 'misjoined') {
      this.#swallow = true;
      if (end.returned) this.#log.held.written += 1;
    } else if (how === 'unsure') this.#output.gap(end.at, 'unknown', 'misjoined');
    else if (end.returned && this.#log.held.window.slice(end.at)[0] === CR) this.#log.held.written += 1;
  }

  /** Decides what the ends of the sources and of the container mean. */
  #conclude(now: number): void {
    if (this.#takeover !== undefined && this.#attach.state === 'open') {
      if (this.#isSilent(now)) this.attachEnded(false, now);
      return;
    }
    if (this.#takeover !== undefined) return;
    const { aliveGrace, logRetry, giveUp } = this.#limits;
    const dead = this.#terminated <= now;
    if (this.#attach.state === 'open' || this.#attach.state === 'opening') {
      if (!dead && this.#log.state === 'ended' && now - this.#log.over >= logRetry) this.#log.open(true);
      if (this.#isSilent(now)) this.attachEnded(false, now);
      return;
    }
    if (this.#log.state === 'released') {
      if (dead && this.#attach.state === 'ended') this.#finish();
      else if (this.#attach.state === 'broken' || now - this.#attach.over >= aliveGrace) this.#log.open(true);
    } else if (this.#log.state === 'refused') {
      if (dead) this.#finish();
    } else if (this.#log.state === 'open') {
      if (this.#mayCheckEnd(now)) this.#log.check();
      if (!this.#isSilent(now)) return;
      if (!(this.#attach.spoke && this.#attach.state === 'ended')) this.#endStalled(now);
      this.#finish();
    } else if (dead && this.#log.clean) {
      this.#reconcile(now);
    } else if (dead && now - this.#terminated >= giveUp) {
      this.#endStalled(now);
      this.#finish();
    } else if (now - this.#log.over >= logRetry) {
      this.#log.open(!dead);
    }
  }

  /** Of a log that may have been rotated a plain read sees the newest file only: that says nothing. */
  #mayCheckEnd(now: number): boolean {
    const silence = now - Math.max(this.#terminated, this.#activity.any);
    return (
      !this.#log.checkedEnd && silence >= this.#limits.followEnd && this.#log.stored < this.#limits.rotation
    );
  }

  /** The container has ended, and nothing has come since. */
  #isSilent(now: number): boolean {
    return now - Math.max(this.#terminated, this.#activity.any) >= this.#limits.endGrace;
  }

  /** The log does not come to its end: what attach brought must not be held back for it. */
  #endStalled(now: number): void {
    const met = meetAtEnd(this.#view(now));
    if (met === 'whole' && this.#attach.brought > 0) return;
    if (met === 'whole' || met === undefined) this.#gapAtEnd();
    if (met === 'whole') return;
    this.#join(met ?? bestGuess(this.#view(now)), now);
    if (this.#takeover !== undefined) this.#leave(this.#takeover);
  }

  #gapAtEnd(): void {
    this.#output.gap(this.#log.held.window.end, 'unknown', 'log-cut');
  }

  /** All has ended. Was it all, and was it right? If the log may have been cut, it is read once more. */
  #reconcile(now: number): void {
    const { window } = this.#log.held;
    if (this.#writtenEnd?.searching === true) this.#resumeAfterSearch(this.#writtenEnd.missing(), now);
    if (this.#writtenEnd !== undefined && window.end > this.#writtenEnd.at) {
      this.#resumeAfter(this.#writtenEnd, this.#writtenEnd.isEndOf(window) ? 'misjoined' : 'sure');
    }
    // Attach, where it spoke to its end, has brought everything.
    const mayBeShort =
      this.#log.stored >= this.#limits.rotation && !(this.#attach.spoke && this.#attach.state === 'ended');
    const met = this.#attach.state === 'ended' ? meetAtEnd(this.#view(now)) : 'whole';
    if ((met === undefined || (met === 'whole' && mayBeShort)) && !this.#log.reread) {
      this.#log.reread = true;
      this.#log.open(false);
      return;
    }
    if (met !== undefined && met !== 'whole') {
      this.#join(met, now);
      if (this.#takeover !== undefined) this.#leave(this.#takeover);
    } else if (met === undefined && this.#attach.brought > window.end - this.#floor) {
      // The log is short and nothing tells where: attach's bytes are shown all the same.
      this.#gapAtEnd();
      this.#join(bestGuess(this.#view(now)), now);
      if (this.#takeover !== undefined) this.#leave(this.#takeover);
    }
    this.#countOut();
    this.#finish();
  }

  /** Where the log was read whole, its length tells whether the join was right. */
  #countOut(): void {
    const { window, written } = this.#log.held;
    if (this.#log.cut || this.#log.stored >= this.#limits.rotation) return;
    if (this.#swallow && window.end > written) {
      this.#output.gap(written, window.end - written, 'misjoined');
    } else if (window.end < written) {
      this.report.repeated += written - window.end;
    }
  }

  #finish(): void {
    if (!this.#swallow) this.#output.writeLog(this.#log.held.take(this.#log.held.window.end));
    if (this.#log.state === 'open') this.#log.release();
    this.#finished = true;
    this.#output.push({ do: 'finished' });
  }
}
