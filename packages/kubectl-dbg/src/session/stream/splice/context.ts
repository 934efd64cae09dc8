import { Activity } from '../activity.ts';
import { AttachSource } from '../attach-source.ts';
import type { JoinView } from '../join/join-point.ts';
import { LogSource } from '../log-source.ts';
import { JOIN_THRESHOLDS, type JoinThresholds } from '../thresholds.ts';
import { SpliceOutput } from './splice-output.ts';
import type { Transitions } from './state.ts';

export interface SpliceOptions {
  tty: boolean;
  /** Attach will be opened; without it there is only the log. */
  attach: boolean;
  thresholds?: Partial<JoinThresholds>;
}

/** The shared data of all states: the two sources, what is known about the container, and the output. */
export class SpliceContext {
  readonly tty: boolean;
  readonly thresholds: JoinThresholds;
  readonly output: SpliceOutput;
  readonly log: LogSource;
  readonly attach: AttachSource;
  readonly activity = new Activity();
  readonly to: Transitions;
  /** When the container's status first said that it has terminated. */
  terminatedAt = Infinity;
  /** The next attach can't have begun before this position in the output. */
  earliestStart = 0;

  constructor(options: SpliceOptions, states: (context: SpliceContext) => Transitions) {
    this.tty = options.tty;
    this.thresholds = { ...JOIN_THRESHOLDS, ...options.thresholds };
    this.to = states(this);
    this.output = new SpliceOutput(options.tty);
    this.log = new LogSource(this.output);
    this.attach = new AttachSource(options.tty, options.attach ? 'opening' : 'none');
  }

  isTerminated(now: number): boolean {
    return this.terminatedAt <= now;
  }

  /** The container has terminated, and nothing has arrived since. */
  isSilentSinceEnd(now: number): boolean {
    return now - Math.max(this.terminatedAt, this.activity.any) >= this.thresholds.endGrace;
  }

  /** Whether more of attach may be kept while the log has not caught up. */
  get hasRoomForAttach(): boolean {
    const { attachBytes } = this.thresholds;
    const ahead = this.attach.brought - this.log.pending.window.end;
    return this.attach.kept < attachBytes && ahead < attachBytes;
  }

  /** How long log bytes wait for attach to send them too. */
  get hold(): number {
    const { state, brought } = this.attach;
    const mayCome = state === 'opening' || state === 'open' || brought > 0;
    if (this.tty || !mayCome) return 0;
    const { hold, holdFromStart, settled } = this.thresholds;
    // Attach has everything: it is worth waiting for its bytes, which have channels and carriage returns.
    const isAttachs = this.log.pending.written === 0 && this.activity.beganAfterAttach(settled);
    return isAttachs ? holdFromStart : hold;
  }

  view(now: number): JoinView {
    const { activity, attach, log, thresholds, tty } = this;
    return {
      now,
      log: log.pending.window,
      openLine: log.pending.openLine,
      logHasSpoken: log.pending.written > 0,
      logState: log.state,
      logCut: log.cut,
      logAtFirstAttach: attach.logAtFirst,
      channels: attach.channels,
      earliestStart: this.earliestStart,
      activity,
      ended: attach.state !== 'open',
      attachPaused: !this.hasRoomForAttach,
      repetitive: attach.repetitive,
      tty,
      thresholds,
    };
  }

  /** Writes the part of the log that has waited long enough. */
  writePending(now: number): void {
    const { pending } = this.log;
    const lines = !this.tty && this.hold > 0;
    this.output.writeLog(pending.due(now, this.hold, this.thresholds.holdBytes, lines));
    this.forgetLog(pending.written, this.thresholds.history);
  }

  /** Keeps at most `history` bytes of the log before `position`. */
  forgetLog(position: number, history: number): void {
    const { window } = this.log.pending;
    window.dropTo(Math.min(position, window.end) - history);
  }

  gapAtLogEnd(): void {
    this.output.gap(this.log.pending.window.end, 'unknown', 'log-cut');
  }

  /** The relevant times while the log is delivered, whatever happens to attach. */
  commonDeadlines(): number[] {
    const { activity, log, thresholds } = this;
    const { endGrace, followEnd, giveUp, logRetry } = thresholds;
    return [
      ...activity.deadlines(thresholds),
      (log.pending.oldest ?? Infinity) + this.hold,
      ...[followEnd, endGrace, giveUp].map((time) => this.terminatedAt + time),
      activity.any + followEnd,
      log.over + logRetry,
    ];
  }
}
