import { joinAtEnd } from '../join/at-end.ts';
import type { JoinPoint } from '../join/join-point.ts';
import { LOG_PIECE } from '../thresholds.ts';
import type { SpliceContext } from './context.ts';
import { guessJoinPoint, joinAt } from './join.ts';
import { leaveAttach } from './leave-attach.ts';
import type { SpliceState } from './state.ts';

export function endingDeadlines(context: SpliceContext): number[] {
  const { activity, attach, log, thresholds } = context;
  return [
    ...context.commonDeadlines(),
    attach.searched.at + thresholds.searchEvery,
    attach.over + thresholds.endGrace,
    attach.over + thresholds.aliveGrace,
    activity.any + thresholds.quiet,
    (log.checking ?? -Infinity) + thresholds.endGrace,
  ];
}

/**
 * After attach: the meaning of the ends of the log and of the container. `state` is the next state if they mean nothing.
 */
export function judgeEnds(context: SpliceContext, state: SpliceState, now: number): SpliceState {
  const { attach, log, thresholds } = context;
  const isDead = context.isTerminated(now);
  switch (log.state) {
    case 'released':
      if (isDead && attach.state === 'ended') {
        return attach.unproven === undefined ? context.to.finished() : context.to.startCheck(attach.unproven);
      }
      if (attach.state === 'broken' || now - attach.over >= thresholds.aliveGrace) log.open(true);
      return state;
    case 'refused':
      return isDead ? context.to.finished() : state;
    case 'open':
      if (mayCheckEnd(context, now)) log.check(now);
      if (!context.isSilentSinceEnd(now)) return state;
      if (!mayReadOn(context) || log.reread) return finishStalled(context, state, now);
      // The followed log has stalled; existing content may be readable all the same.
      log.reread = true;
      log.release();
      log.open(false);
      context.activity.readAgain(now);
      return state;
    case 'ended':
      if (isDead && log.clean) {
        if (isEndUnproven(context)) log.check(now);
        // A missing response means nothing.
        const isAwaited = log.checking !== undefined && now - log.checking < thresholds.endGrace;
        return isAwaited ? state : reconcile(context, state, now);
      }
      if (isDead && now - context.terminatedAt >= thresholds.giveUp)
        return finishStalled(context, state, now);
      if (now - log.over >= thresholds.logRetry) log.open(!isDead);
      return state;
  }
}

/** Of a log that may have been rotated, a plain read sees only the newest file: that means nothing. */
function mayCheckEnd({ activity, log, terminatedAt, thresholds }: SpliceContext, now: number): boolean {
  const silence = now - Math.max(terminatedAt, activity.any);
  return !log.checkedEnd && silence >= thresholds.followEnd && log.stored < thresholds.rotation;
}

/** Whether a proxy may have ended the response early, so that it looks complete. A rotated log is judged below. */
function isEndUnproven(context: SpliceContext): boolean {
  const { log } = context;
  return !log.checkedEnd && !log.reread && !log.cut && mayReadOn(context);
}

/** Whether the log may have more, and can be read from there. */
function mayReadOn({ attach, log, thresholds }: SpliceContext): boolean {
  if (attach.spoke && attach.state === 'ended') return false;
  // Within one long line only the first piece has a timestamp.
  return log.stored < thresholds.rotation && log.pending.openLine < LOG_PIECE;
}

/** The log does not end: attach's data must not be held back for it. */
function finishStalled(context: SpliceContext, state: SpliceState, now: number): SpliceState {
  const { attach } = context;
  // If attach was delivered to its end, it has sent everything.
  if (attach.spoke && attach.state === 'ended') return context.to.finished(state.ignoresLog);
  const met = joinAtEnd(context.view(now));
  if (met === 'whole' && attach.brought > 0) return context.to.finished(state.ignoresLog);
  if (met === 'whole') context.gapAtLogEnd();
  else joinForGood(context, met ?? guessJoinPoint(context, context.view(now)), now);
  return context.to.finished(state.ignoresLog);
}

/** Everything has ended. Was it complete, and correct? If the log may have been cut, it is read again. */
function reconcile(context: SpliceContext, current: SpliceState, now: number): SpliceState {
  const { attach, log } = context;
  const state = current.settleAtLogEnd?.(now) ?? current;
  const { window } = log.pending;
  const met = attach.state === 'ended' ? joinAtEnd(context.view(now)) : 'whole';
  if ((met === undefined || (met === 'whole' && mayBeShort(context))) && !log.reread) {
    log.reread = true;
    log.open(false);
    return state;
  }
  if (met !== undefined && met !== 'whole') {
    joinForGood(context, met, now);
  } else if (met === undefined && attach.brought > window.end - context.earliestStart) {
    // The log is too short, and nothing shows where: attach's bytes are written all the same.
    joinForGood(context, guessJoinPoint(context, context.view(now)), now);
  }
  countOut(context, state.ignoresLog === true);
  return context.to.finished(state.ignoresLog);
}

/** Whether a rotation may have cut the log silently. */
function mayBeShort({ attach, log, thresholds }: SpliceContext): boolean {
  if (attach.spoke && attach.state === 'ended') return false;
  // An unfinished piece is written only when the process exits, so the log is complete.
  const showsEnd = log.pending.openLine % LOG_PIECE !== 0;
  return log.stored >= thresholds.rotation && !showsEnd;
}

function joinForGood(context: SpliceContext, point: JoinPoint, now: number): void {
  const joined = joinAt(context, point, now);
  if (joined === undefined) return;
  context.output.report.gaps.push(...joined.settle(context.log.pending.window, 'clean', true));
  leaveAttach(context, joined);
}

/** If the log was read completely, its length shows whether the join was right. */
function countOut({ log, output, thresholds }: SpliceContext, ignored: boolean): void {
  const { window, written } = log.pending;
  if (log.cut || log.stored >= thresholds.rotation) return;
  if (ignored && window.end > written) output.gap(written, window.end - written, 'misjoined');
  else if (window.end < written) output.report.repeated += written - window.end;
}
