import type { SpliceContext } from './context.ts';
import type { JoinedStream } from './joined-stream.ts';
import type { SpliceState } from './state.ts';

/** After the join: only attach is delivered. The log is read and compared for a while, to check the join. */
export class AttachSpeaks implements SpliceState {
  readonly name = 'attach-speaks';
  readonly writesAttach = true;
  readonly #context: SpliceContext;
  readonly #joined: JoinedStream;

  constructor(context: SpliceContext, joined: JoinedStream) {
    this.#context = context;
    this.#joined = joined;
  }

  attachOpened(): SpliceState {
    return this.#context.to.logResumes(this.#joined);
  }

  attachCame(): void {
    this.#joined.attachGrew(this.#context.log.pending.window);
  }

  logCut(): SpliceState {
    this.#context.output.report.gaps.push(...this.#joined.giveUp());
    this.#joined.stopComparing(this.#context.log.pending.window);
    return this;
  }

  advance(now: number): SpliceState {
    const { activity, attach, log, output, thresholds } = this.#context;
    const { window } = log.pending;
    const joined = this.#joined;
    if (!attach.isOver && this.#context.isSilentSinceEnd(now)) attach.end(false, now);
    joined.attachGrew(window);
    const end = attach.isOver ? (attach.state === 'ended' ? 'clean' : 'broken') : undefined;
    const quiet = log.state !== 'open' || now - activity.line >= thresholds.quiet;
    output.report.gaps.push(...joined.settle(window, end, quiet));
    log.pending.written = joined.position;
    // The part of the log beyond attach may turn out to be missing from the output.
    this.#context.forgetLog(Math.min(joined.keepFrom, joined.position), thresholds.history);
    if (attach.isOver) {
      // The log may still show how much of its first line attach had missed.
      const mayStillShow = joined.waits && log.state === 'open' && !this.#context.isSilentSinceEnd(now);
      return mayStillShow ? this : this.#context.to.logResumes(joined);
    }
    if (log.state !== 'released' && joined.isChecked(now, now - activity.line, window, thresholds)) {
      output.report.gaps.push(...joined.giveUp());
      joined.stopComparing(window);
      log.release();
    }
    return this;
  }

  deadlines(): number[] {
    const { checkTime } = this.#context.thresholds;
    return [...this.#context.commonDeadlines(), this.#joined.since + checkTime];
  }
}
