import { LOG_PIECE } from '../thresholds.ts';
import { align, isRepetitive } from './align.ts';
import { activeOf, type JoinPoint, type JoinView, logTail } from './join-point.ts';

/**
 * Attach has sent only a part of one line: the log can't confirm it and may never show it, so it is written as it is.
 * Only for a very long line the log has pieces that may overlap.
 */
export function joinInLine(view: JoinView): JoinPoint | undefined {
  const { now, activity, channels, thresholds } = view;
  if (view.attachPaused || now - activity.line < thresholds.quiet) return undefined;
  const present = activeOf(channels);
  const flushed = view.openLine % LOG_PIECE !== 0;
  if (flushed || present.length === 0 || present.some((channel) => channel.hasNewline)) return undefined;
  if (!isOpenLineDue(view)) return undefined;
  const [only] = present;
  let place = 0;
  if (view.openLine > 0 && only !== undefined && present.length === 1) {
    const tail = logTail(view);
    const kept = only.slice(only.start);
    const [found, another] = align(tail, kept, only.start === 0);
    const isUnclear =
      another !== undefined || (found !== undefined && isRepetitive(tail, kept, found.consumed));
    if (isUnclear && !view.tty) return undefined;
    if (found !== undefined && another === undefined) place = only.start + found.consumed;
  }
  const consumed = channels.map((channel) => (channel === only ? place : 0));
  return { consumed, by: 'in-line', midLine: place === 0 };
}

/** Whether an unfinished line on attach has waited long enough to be written without its start. */
export function isOpenLineDue(view: JoinView): boolean {
  const { now, activity, ended, thresholds, tty } = view;
  const needed = tty ? thresholds.quiet : thresholds.quietUrgent;
  return !ended && now - activity.firstAttach >= openLineWait(view) && now - activity.line >= needed;
}

/** A log that has been open and silent for a while has sent everything before a prompt. */
function openLineWait({ activity, thresholds, now, tty }: JoinView): number {
  const silence = now - Math.max(activity.line, activity.logOpened);
  return tty && silence >= thresholds.quiet ? thresholds.moment : thresholds.unfinishedLine;
}
