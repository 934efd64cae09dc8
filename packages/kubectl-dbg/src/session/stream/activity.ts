import type { JoinThresholds } from './thresholds.ts';

/** When each source last sent something. Times are milliseconds of the splice's clock. */
export class Activity {
  /** Either source sent something that shows in the log: an unfinished line does not. */
  line = 0;
  log = 0;
  attach = 0;
  attachLine = 0;
  /** Attach was opened. */
  opened = Infinity;
  /** The last log response began. */
  logOpened = Infinity;
  /** The first log response began. */
  firstLogOpened = Infinity;
  /** The first byte of the log arrived. */
  firstLog = Infinity;
  /** The first byte of attach arrived. */
  firstAttach = Infinity;
  /** Attach finished the first line after the log's newest line. */
  unmatchedSince = Infinity;
  /** Until then the sources were not read, so their silence means nothing. */
  resumed = 0;

  attachOpened(now: number): void {
    this.firstAttach = Infinity;
    this.opened = this.line = this.attach = now;
  }

  attachCame(now: number, finishedLine: boolean): void {
    this.attach = now;
    this.firstAttach = Math.min(this.firstAttach, now);
    if (!finishedLine) return;
    this.line = this.attachLine = now;
    this.unmatchedSince = Math.min(this.unmatchedSince, now);
  }

  logAnswered(now: number): void {
    this.logOpened = now;
    this.firstLogOpened = Math.min(this.firstLogOpened, now);
  }

  logCame(now: number): void {
    this.firstLog = Math.min(this.firstLog, now);
    this.log = this.line = now;
    this.unmatchedSince = Infinity;
  }

  /**
   * Whether both sources were silent for `settled` ms after attach was opened: then attach has everything from the start.
   */
  beganAfterAttach(settled: number): boolean {
    const first = Math.min(this.firstAttach, this.firstLog);
    return Number.isFinite(first) && first - this.opened >= settled;
  }

  /** The same, and the log was open and empty too. */
  beganAfterBoth(settled: number): boolean {
    const first = Math.min(this.firstAttach, this.firstLog);
    return Number.isFinite(first) && first - Math.max(this.opened, this.firstLogOpened) >= settled;
  }

  readAgain(now: number): void {
    this.line = this.resumed = now;
  }

  /** When anything last arrived, or could not have arrived. */
  get any(): number {
    return Math.max(this.attach, this.log, this.resumed);
  }

  /** Since when the log lacks something that attach has sent. */
  get logSilentSince(): number {
    return Math.max(Number.isFinite(this.unmatchedSince) ? this.unmatchedSince : this.log, this.resumed);
  }

  /** The times at which silence becomes significant. */
  deadlines(thresholds: JoinThresholds): number[] {
    const { quiet, quietUrgent, quietRepetitive, quietUnmatched, quietCount } = thresholds;
    return [
      ...[quiet, quietUrgent, quietRepetitive, quietUnmatched, quietCount].map((time) => this.line + time),
      this.firstAttach + thresholds.unfinishedLine,
      this.firstAttach + thresholds.moment,
      this.logOpened + thresholds.quiet,
      this.firstAttach + thresholds.settled,
      this.any + thresholds.endGrace,
      this.logSilentSince + thresholds.endGrace,
    ];
  }
}
