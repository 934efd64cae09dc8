import { LOG_PIECE } from '../thresholds.ts';
import type { SpliceContext } from './context.ts';
import { tryToJoin } from './join.ts';
import { endingDeadlines, judgeEnds } from './judge-ends.ts';
import type { SpliceState } from './state.ts';

/** Attach has ended, or there is none: the log is delivered to its end, and then it is decided whether that was all. */
export class Ending implements SpliceState {
  readonly name = 'ending';
  readonly #context: SpliceContext;

  constructor(context: SpliceContext) {
    this.#context = context;
  }

  attachOpened(): SpliceState {
    return this.#context.to.logSpeaks();
  }

  logCut(): SpliceState {
    const { log, output } = this.#context;
    if (!log.reread || log.pending.openLine < LOG_PIECE) {
      this.#context.gapAtLogEnd();
      return this;
    }
    // Within one long line only the first piece has a timestamp: what is read again may be a repetition.
    output.gap(log.pending.window.end, 'unknown', 'ambiguous');
    output.writeLog(log.pending.take(log.pending.window.end));
    return this.#context.to.logIgnored();
  }

  advance(now: number): SpliceState {
    const context = this.#context;
    if (context.attach.state === 'ended') {
      const joined = tryToJoin(context, now);
      if (joined !== undefined) return context.to.attachSpeaks(joined);
    }
    context.writePending(now);
    return judgeEnds(context, this, now);
  }

  deadlines(): number[] {
    return endingDeadlines(this.#context);
  }
}
