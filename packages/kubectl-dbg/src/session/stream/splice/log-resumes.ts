import type { SpliceContext } from './context.ts';
import { judgeEnds } from './judge-ends.ts';
import { tryToJoin } from './join.ts';
import type { JoinedStream } from './joined-stream.ts';
import { leaveAttach } from './leave-attach.ts';
import { keepSourcesOpen } from './open-attach.ts';
import type { ResumePoint, Resumption } from './resume-point.ts';
import type { SpliceState } from './state.ts';

const CR = 0x0d;

/** Attach was delivered and ended or broke: finds where the log continues behind attach's last byte. */
export class LogResumes implements SpliceState {
  readonly name = 'log-resumes';
  readonly #context: SpliceContext;
  readonly #point: ResumePoint;

  constructor(context: SpliceContext, joined: JoinedStream) {
    this.#context = context;
    this.#point = leaveAttach(context, joined);
  }

  logCame(data: Uint8Array, now: number): SpliceState {
    if (!this.#point.searching) {
      this.#context.log.pending.push(data, now);
      return this;
    }
    const found = this.#point.search(data, this.#context.thresholds.attachBytes);
    return found === undefined ? this : this.#resumeAt(found, now);
  }

  logCut(): SpliceState {
    const { window, written } = this.#context.log.pending;
    if (window.end < written) this.#point.beginSearch();
    else this.#context.gapAtLogEnd();
    return this;
  }

  advance(now: number): SpliceState {
    const context = this.#context;
    const { attach, log, thresholds } = context;
    if (attach.state === 'open' && !this.#point.searching) {
      const joined = tryToJoin(context, now);
      if (joined !== undefined) return context.to.attachSpeaks(joined);
    }
    const next = this.#look(now);
    if (next !== this) return next;
    const { written } = log.pending;
    context.forgetLog(written, Math.max(thresholds.history, this.#point.length));
    if (!attach.isOver) keepSourcesOpen(context, now);
    return attach.isOver ? judgeEnds(context, this, now) : this;
  }

  /** The log has ended: its length decides what its bytes could not. */
  settleAtLogEnd(now: number): SpliceState {
    const { window } = this.#context.log.pending;
    if (this.#point.searching) return this.#resumeAt(this.#point.missing(), now);
    if (window.end <= this.#point.at) return this;
    return this.#point.isEndOf(window) ? this.#ignoreLog() : this.#resume('sure');
  }

  deadlines(): number[] {
    const { activity, attach, thresholds } = this.#context;
    return [
      ...this.#context.commonDeadlines(),
      attach.over + thresholds.endGrace,
      attach.over + thresholds.aliveGrace,
      activity.any + thresholds.quiet,
    ];
  }

  /**
   * The log reaches beyond attach's delivered bytes. If the bytes before that are equal, attach was cut short and the log
   * continues; otherwise the streams were joined wrongly. If the bytes can't decide, the end of the log does.
   */
  #look(now: number): SpliceState {
    const { attach, log, thresholds } = this.#context;
    const { window } = log.pending;
    const point = this.#point;
    if (point.searching || window.end <= point.at) return this;
    const cutShort = attach.state === 'broken' || now - attach.over >= thresholds.endGrace;
    if (point.evidence === 'differs' || !point.isIn(window)) {
      return cutShort ? this.#resume('unsure') : this.#ignoreLog();
    }
    if (point.evidence === 'same' || cutShort || !point.isElsewhereIn(window)) return this.#resume('sure');
    return window.end - point.at > thresholds.holdBytes ? this.#resume('unsure') : this;
  }

  #resume(how: 'sure' | 'unsure'): SpliceState {
    const { log, output } = this.#context;
    const { at, endsInReturn } = this.#point;
    if (how === 'unsure') output.gap(at, 'unknown', 'misjoined');
    else if (endsInReturn && log.pending.window.slice(at)[0] === CR) log.pending.written += 1;
    return this.#logSpeaks();
  }

  #ignoreLog(): SpliceState {
    if (this.#point.endsInReturn) this.#context.log.pending.written += 1;
    return this.#context.to.logIgnored();
  }

  #resumeAt({ rest, missing }: Resumption, now: number): SpliceState {
    const { log, output } = this.#context;
    const { window, written } = log.pending;
    if (missing) output.gap(written, 'unknown', 'log-cut');
    window.skip(Math.max(0, written - window.end));
    log.pending.push(rest, now);
    return this.#logSpeaks();
  }

  #logSpeaks(): SpliceState {
    const { attach, to } = this.#context;
    return attach.isOver ? to.ending() : to.logSpeaks();
  }
}
