import type { SpliceContext } from './context.ts';
import { tryToJoin } from './join.ts';
import { keepSourcesOpen } from './open-attach.ts';
import type { SpliceState } from './state.ts';

/** Before the join: the log is delivered, and attach is kept until its bytes are found at the log's end beyond doubt. */
export class LogSpeaks implements SpliceState {
  readonly name = 'log-speaks';
  readonly #context: SpliceContext;

  constructor(context: SpliceContext) {
    this.#context = context;
  }

  logCut(): SpliceState {
    this.#context.gapAtLogEnd();
    return this;
  }

  advance(now: number): SpliceState {
    const context = this.#context;
    const { attach, log, thresholds } = context;
    if (attach.isOver) return context.to.ending();
    if (attach.state === 'open') {
      const joined = tryToJoin(context, now);
      if (joined !== undefined) return context.to.attachSpeaks(joined);
    }
    if (attach.repetitive && !context.hasRoomForAttach) {
      attach.dropKnown(log.pending.window.end, thresholds.history);
    }
    context.writePending(now);
    keepSourcesOpen(context, now);
    return attach.isOver ? context.to.ending() : this;
  }

  deadlines(): number[] {
    const { activity, attach, thresholds } = this.#context;
    return [
      ...this.#context.commonDeadlines(),
      attach.searched.at + thresholds.searchEvery,
      activity.any + thresholds.quiet,
    ];
  }
}
