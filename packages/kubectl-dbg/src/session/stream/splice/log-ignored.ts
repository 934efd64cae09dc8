import type { SpliceContext } from './context.ts';
import { endingDeadlines, judgeEnds } from './judge-ends.ts';
import type { SpliceState } from './state.ts';

/** The output is ahead of the log by an unknown length: the rest of the log was already written, as far as is known. */
export class LogIgnored implements SpliceState {
  readonly name = 'log-ignored';
  readonly ignoresLog = true;
  readonly #context: SpliceContext;

  constructor(context: SpliceContext) {
    this.#context = context;
  }

  logCut(): SpliceState {
    this.#context.gapAtLogEnd();
    return this;
  }

  advance(now: number): SpliceState {
    const { attach, log, output, thresholds } = this.#context;
    const { window, written } = log.pending;
    if (!this.#context.isTerminated(now) && now - attach.over >= thresholds.endGrace) {
      // The container still runs: its output from now on is new, wherever the wrong join was.
      output.gap(written, 'unknown', 'misjoined');
      log.pending.written = window.end;
      return this.#context.to.ending();
    }
    this.#context.forgetLog(window.end, thresholds.history);
    return judgeEnds(this.#context, this, now);
  }

  deadlines(): number[] {
    return endingDeadlines(this.#context);
  }
}
