import type { SpliceReport } from '../report.ts';
import { SpliceContext, type SpliceOptions } from './context.ts';
import type { SpliceCommand } from './splice-output.ts';
import type { SpliceState, StateName } from './state.ts';
import { statesOf } from './states.ts';

export type { SpliceOptions } from './context.ts';
export type { SpliceCommand } from './splice-output.ts';

/**
 * Joins a container's log and attach streams: a state machine without I/O and without its own clock.
 *
 * The log is delivered until attach's bytes are found in it beyond doubt; then only attach is delivered, until it ends or
 * breaks. Positions count the bytes of the output in the log's form (no carriage return before a newline).
 */
export class Splice {
  readonly #context: SpliceContext;
  #state: SpliceState;
  /** Time of the last event: nothing that is due later was processed. */
  #advancedAt = -Infinity;

  constructor(options: SpliceOptions) {
    this.#context = new SpliceContext(options, statesOf);
    this.#state = options.attach ? this.#context.to.logSpeaks() : this.#context.to.ending();
  }

  get state(): StateName {
    return this.#state.name;
  }

  get finished(): boolean {
    return this.#state.name === 'finished';
  }

  get report(): SpliceReport {
    return this.#context.output.report;
  }

  /** The commands to execute now, in order; this empties the list. */
  take(): SpliceCommand[] {
    return this.#context.output.take();
  }

  /** Whether attach may be read: false while too much of it waits for the log to catch up. */
  get wantsAttach(): boolean {
    return this.#state.writesAttach === true || this.finished || this.#context.hasRoomForAttach;
  }

  /** Attach is open: its bytes begin somewhere in the output. */
  attachOpened(now: number): void {
    if (this.finished) return;
    this.#state = this.#state.attachOpened?.(now) ?? this.#state;
    this.#context.attach.open();
    this.#context.activity.attachOpened(now);
    this.#advance(now);
  }

  /** `channel`: 1 is stdout, 2 is stderr. */
  attachData(channel: number, data: Uint8Array, now: number): void {
    const { activity, attach, log, output } = this.#context;
    if (data.length === 0 || this.finished) return;
    const index = attach.indexOf(channel);
    if (attach.brought === 0) attach.logAtFirst = log.pending.window.end;
    activity.attachCame(now, attach.append(index, data));
    if (this.#state.writesAttach === true) output.write(index, data);
    this.#state.attachCame?.();
    this.#advance(now);
  }

  /** `clean`: the server ended it properly. Otherwise the connection broke. */
  attachEnded(clean: boolean, now: number): void {
    const { attach } = this.#context;
    if (attach.state === 'ended' || attach.state === 'broken') return;
    attach.end(clean, now);
    this.#advance(now);
  }

  /** The log response begins: its content follows. */
  logOpened(now: number): void {
    this.#context.activity.logAnswered(now);
  }

  /** New bytes of the log, each once. `gapBefore`: bytes may be missing before these (the log was cut). */
  logData(data: Uint8Array, now: number, gapBefore = false): void {
    const { activity, log } = this.#context;
    if (this.finished || data.length === 0) return;
    activity.logCame(now);
    log.came(data);
    if (gapBefore) {
      log.cut = true;
      this.#state = this.#state.logCut?.() ?? this.#state;
    }
    if (this.#state.logCame === undefined) log.pending.push(data, now);
    else this.#state = this.#state.logCame(data, now);
    this.#advance(now);
  }

  /** `clean`: the response was complete. */
  logEnded(clean: boolean, now: number): void {
    const { log } = this.#context;
    if (log.state !== 'open') return;
    log.ended(clean, now);
    this.#advance(now);
  }

  /** The result of `check-log`. `atEnd`: the log has nothing more; undefined: unknown. */
  logChecked(atEnd: boolean | undefined, now: number): void {
    const { log } = this.#context;
    log.checking = undefined;
    if (log.state === 'open' && log.checkedEnd && atEnd === true) {
      log.release();
      log.ended(true, now);
    } else if (log.state === 'ended' && log.clean && atEnd === false) log.open(false);
    this.#advance(now);
  }

  /** The result of `read-log-tail`: the last entries; undefined if they can't be read. */
  logTail(tail: Buffer | undefined, now: number): void {
    this.#state = this.#state.logTailCame?.(tail) ?? this.#state;
    this.#advance(now);
  }

  /** No permission to read the log: there is only attach. */
  logRefused(now: number): void {
    const { log, output } = this.#context;
    log.state = 'refused';
    output.gap(log.pending.window.end, 'unknown', 'log-refused');
    this.#advance(now);
  }

  /** The container's status says that it has terminated. */
  terminated(now: number): void {
    this.#context.terminatedAt = Math.min(this.#context.terminatedAt, now);
    this.#advance(now);
  }

  /** The sources were not read until now (the output was full): silence so far means nothing. */
  resumed(now: number): void {
    this.#context.activity.readAgain(now);
  }

  /** To be called at `deadline`. */
  tick(now: number): void {
    this.#advance(now);
  }

  /**
   * When to call `tick`, if nothing happens before. It may be in the past: times count from the last event, and the
   * caller has worked in between.
   */
  deadline(): number | undefined {
    const next = Math.min(...this.#state.deadlines().filter((time) => time > this.#advancedAt));
    return Number.isFinite(next) ? next : undefined;
  }

  #advance(now: number): void {
    this.#advancedAt = now;
    for (let next = this.#state.advance(now); next !== this.#state; next = this.#state.advance(now)) {
      this.#state = next;
    }
  }
}
