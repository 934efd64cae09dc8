import { align, isRepetitive } from './align.ts';
import { type Ambiguous, type JoinPoint, type JoinView, logTail, sum } from './join-point.ts';

/** Searches for the log's end in attach's bytes while output flows: there must be only one match, and a long one. */
export function joinByText(view: JoinView): JoinPoint | Ambiguous | undefined {
  const { channels, thresholds, log, now } = view;
  const [only, ...others] = channels.filter((channel) => channel.length > 0);
  if (only === undefined || others.length > 0) return undefined;
  if (now - view.activity.firstAttach < thresholds.settled) return undefined;
  const tail = logTail(view);
  const kept = only.slice(only.start);
  const found = align(tail, kept, only.start === 0);
  const [place] = found;
  if (place === undefined) return undefined;
  if (found.length > 1 || isRepetitive(tail, kept, place.consumed)) {
    return place.overlap >= thresholds.overlap ? 'ambiguous' : undefined;
  }
  const ahead = kept.length - place.consumed;
  // A log that lags far behind might be at an earlier occurrence of attach's beginning: attach must have sent more
  // without repetition, and the match must be longer.
  const near = ahead <= thresholds.history && place.overlap >= thresholds.overlap;
  const far = kept.length >= thresholds.lagging && place.overlap >= thresholds.history;
  if (!near && !far) return undefined;
  const consumed = channels.map((channel) => (channel === only ? only.start + place.consumed : 0));
  return log.end - sum(consumed) < view.earliestStart ? undefined : { consumed, by: 'by-text' };
}
