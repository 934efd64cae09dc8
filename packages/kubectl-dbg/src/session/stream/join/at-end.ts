import { align, endsAlike, isRepetitive } from './align.ts';
import { explainsLog } from './by-lines.ts';
import { activeOf, expectedInLog, type JoinPoint, type JoinView, logTail } from './join-point.ts';

/** Bytes that must be equal at the end for attach to continue a log that stops early. */
const END_OVERLAP = 64;

/**
 * Both sources have ended, or no more of the log can be read: `whole` if the log has everything that attach sent, a join
 * point if attach continues where the log stops.
 */
export function joinAtEnd(view: JoinView): JoinPoint | 'whole' | undefined {
  const { channels, thresholds, log } = view;
  const active = activeOf(channels);
  const [only] = active;
  if (only === undefined) return 'whole';
  if (active.length > 1) {
    const finished = channels.every((channel) => channel.finalLength === channel.afterNewline);
    return finished && explainsLog(view, channels.map(expectedInLog)) ? 'whole' : undefined;
  }
  const tail = logTail(view);
  const end = only.tail(thresholds.history);
  // A log that is shorter than attach's data is incomplete, however similar the ends are.
  if (log.end - view.earliestStart >= only.finalLength && endsAlike(tail, end, end.length)) return 'whole';
  const kept = only.slice(only.start);
  const [place, another] = align(tail, kept, only.start === 0);
  if (place === undefined || another !== undefined || place.overlap < END_OVERLAP) return undefined;
  if (isRepetitive(tail, kept, place.consumed)) return undefined;
  return {
    consumed: channels.map((channel) => (channel === only ? only.start + place.consumed : 0)),
    by: 'at-end',
  };
}
