import type { SpliceLimits } from './limits.ts';

/** When which source last brought something. Times are milliseconds of the splice's clock. */
export class Activity {
  /** Either source brought what shows in the log: an unfinished line doesn't. */
  line = 0;
  log = 0;
  attach = 0;
  attachLine = 0;
  /** Attach was opened. */
  opened = Infinity;
  /** The server last began to answer with the log. */
  logOpened = Infinity;
  /** The log brought its first byte. */
  firstLog = Infinity;
  /** Attach brought its first byte. */
  firstAttach = Infinity;
  /** Attach finished the first line after the log's newest. */
  unmatchedSince = Infinity;
  /** Until then the sources were not being read: their silence means nothing. */
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

  logCame(now: number): void {
    this.firstLog = Math.min(this.firstLog, now);
    this.log = this.line = now;
    this.unmatchedSince = Infinity;
  }

  /** Whether both sources were silent for `settled` ms after attach was opened: then attach has all from the start. */
  beganAfterAttach(settled: number): boolean {
    const first = Math.min(this.firstAttach, this.firstLog);
    return Number.isFinite(first) && first - this.opened >= settled;
  }

  readAgain(now: number): void {
    this.line = this.resumed = now;
  }

  /** When anything last came, or could not have come. */
  get any(): number {
    return Math.max(this.attach, this.log, this.resumed);
  }

  /** Since when the log has owed what attach has brought. */
  get logSilentSince(): number {
    return Math.max(Number.isFinite(this.unmatchedSince) ? this.unmatchedSince : this.log, this.resumed);
  }

  /** The times at which silence begins to mean something. */
  deadlines(limits: SpliceLimits): number[] {
    const { quiet, quietUrgent, quietRepetitive, quietUnmatched, quietCount } = limits;
    return [
      ...[quiet, quietUrgent, quietRepetitive, quietUnmatched, quietCount].map((time) => this.line + time),
      this.firstAttach + limits.unfinishedLine,
      this.firstAttach + limits.moment,
      this.logOpened + limits.quiet,
      this.firstAttach + limits.settled,
      this.any + limits.endGrace,
      this.logSilentSince + limits.endGrace,
    ];
  }
}
