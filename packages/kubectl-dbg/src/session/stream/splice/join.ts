import { expectedInLog, type JoinPoint, type JoinView, sum } from '../join/join-point.ts';
import { joinAtEnd } from '../join/at-end.ts';
import { joinByGuess } from '../join/best-guess.ts';
import { joinBySilence } from '../join/by-silence.ts';
import { joinInLine } from '../join/in-line.ts';
import { LIVE_RULES } from '../join/rules.ts';
import type { SpliceContext } from './context.ts';
import { JoinedStream } from './joined-stream.ts';
import { mergeAtJoin } from './merge.ts';

/** Joins attach to the log if the rules allow it now, and writes what was waiting for it. */
export function tryToJoin(context: SpliceContext, now: number): JoinedStream | undefined {
  const point = findJoinPoint(context, now);
  return point === undefined ? undefined : joinAt(context, point, now);
}

/** Writes up to attach's newest byte; undefined if the output is already beyond that. */
export function joinAt(context: SpliceContext, point: JoinPoint, now: number): JoinedStream | undefined {
  const { attach, log, output } = context;
  const { window, written } = log.pending;
  const stretches = mergeAtJoin(window, written, attach.channels, point);
  if (stretches === undefined) return undefined;
  output.writeStretches(stretches);
  output.report.joined = point.by;
  return new JoinedStream(window, attach.channels, point, now);
}

function findJoinPoint(context: SpliceContext, now: number): JoinPoint | undefined {
  const { attach, log } = context;
  if (attach.brought === 0 && !(attach.state === 'open' && log.state === 'refused')) return undefined;
  const view = context.view(now);
  if (log.state !== 'refused' && isLogOverdue(context, view)) return joinStalledLog(context, view);
  for (const rule of LIVE_RULES) {
    if (!rule.isAllowed(view)) continue;
    if (rule.searches === true && !mayFindNewText(context, now)) continue;
    const found = rule.find(view);
    if (rule.searches === true) {
      attach.searched = { at: now, log: log.pending.window.end, brought: attach.brought };
      attach.repetitive = found === 'ambiguous';
    }
    if (found === undefined || found === 'ambiguous') continue;
    if (found.by === 'best-guess') context.output.gap(view.log.end, 'unknown', 'ambiguous');
    return found;
  }
  return undefined;
}

function mayFindNewText({ attach, log, thresholds }: SpliceContext, now: number): boolean {
  const { searched, brought } = attach;
  const isNew =
    log.pending.window.end !== searched.log || (brought !== searched.brought && brought < thresholds.lagging);
  return isNew && now - searched.at >= thresholds.searchEvery;
}

/** Whether the log has long lacked something that attach has sent. */
function isLogOverdue(context: SpliceContext, { attachPaused, now }: JoinView): boolean {
  const { activity, log, thresholds } = context;
  const { quiet, endGrace } = thresholds;
  // Data that has just arrived may be in transit on the log too; but a flood without a pause must not hide a dead log.
  const isPause = now - activity.any >= quiet || now - activity.logSilentSince >= 2 * endGrace;
  if (!attachPaused && !(activity.unmatchedSince <= now && isPause)) return false;
  if (log.state === 'ended' && context.isTerminated(now)) return attachPaused;
  return now - activity.logSilentSince >= endGrace;
}

/** The log is silent while attach continues. If another read doesn't help, the data in between is lost. */
function joinStalledLog(context: SpliceContext, view: JoinView): JoinPoint | undefined {
  const { activity, attach, log } = context;
  if (log.state === 'open' && !log.askedAgain) {
    log.askedAgain = true;
    log.release();
    log.open(true);
    activity.resumed = view.now;
    return undefined;
  }
  const point = joinInLine(view) ?? joinBySilence(view, true) ?? joinAtEnd(view);
  if (point !== undefined && point !== 'whole') return point;
  const isMixed = attach.channels.length > 1 && attach.channels.every((channel) => channel.length > 0);
  // In a flood of one text the log lacks nothing as long as it has as many bytes as attach.
  const isEven =
    view.repetitive && view.log.end - view.earliestStart >= sum(attach.channels.map(expectedInLog));
  if (!view.attachPaused && (point === 'whole' || isMixed || isEven)) {
    // Nothing is missing, or that is unknown: the log is delivered on.
    activity.unmatchedSince = Infinity;
    return undefined;
  }
  return guessJoinPoint(context, view);
}

/** If nothing is certain; the report says so. */
export function guessJoinPoint({ output }: SpliceContext, view: JoinView): JoinPoint {
  output.gap(view.log.end, 'unknown', view.repetitive ? 'ambiguous' : 'log-cut');
  return joinByGuess(view);
}
