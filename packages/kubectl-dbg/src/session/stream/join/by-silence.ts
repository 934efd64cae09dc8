import type { ChannelBuffer } from '../channel-buffer.ts';
import { LOG_PIECE } from '../thresholds.ts';
import { endsAlike, isRepetitive, TELLING } from './align.ts';
import { activeOf, expectedInLog, type JoinPoint, type JoinView, logTail, sum } from './join-point.ts';
import { explainsLog } from './by-lines.ts';
import { isOpenLineDue } from './in-line.ts';

/**
 * Neither source has sent anything for a while, so the log has all finished lines of attach; the bytes must confirm it.
 * `patient`: the log has been silent for long and was read again: any equal byte is enough.
 */
export function joinBySilence(view: JoinView, patient = false): JoinPoint | undefined {
  const { now, activity, channels, thresholds, log } = view;
  const quiet = now - activity.line;
  if (view.attachPaused || quiet < thresholds.quiet) return undefined;
  const present = activeOf(channels);
  // The log's last line is neither finished nor a number of complete pieces: the process has exited.
  const flushed = view.openLine % LOG_PIECE !== 0;
  if (present.length === 0 || (flushed && present.length > 1)) return undefined;
  const midLine = !flushed && present.some((channel) => !channel.hasNewline);
  if (midLine && !isOpenLineDue(view)) return undefined;
  const active = present.filter((channel) => flushed || channel.hasNewline);
  if (active.length === 0) return undefined;
  const inLog = (channel: ChannelBuffer): number => (flushed ? channel.finalLength : expectedInLog(channel));
  const consumed = channels.map((channel) => (active.includes(channel) ? inLog(channel) : 0));
  if (log.end - sum(consumed) < view.earliestStart) return undefined;
  // An equal line arrived on the log much earlier: it is a different line, and the log will still send this one.
  const isEarlier = activity.log < activity.attachLine - thresholds.skew;
  const isUnmatched = quiet < thresholds.quietUnmatched && isEarlier;
  const [only] = active;
  if (active.length === 1 && only !== undefined) {
    const tail = logTail(view);
    const kept = flushed ? only.tail(only.length - only.start) : only.slice(only.start);
    const place = inLog(only) - only.start;
    if (place < (view.tty || patient ? 1 : TELLING) || !endsAlike(tail, kept, place)) return undefined;
    const point: JoinPoint = { consumed, by: 'by-silence', midLine };
    if (patient) return point;
    if (isUnmatched || (!isLongEnough(view, quiet) && isRepetitive(tail, kept, place))) return undefined;
    return point;
  }
  if (quiet < thresholds.quietUrgent || isUnmatched || !explainsLog(view, consumed)) return undefined;
  // Would the join also be possible without the log's last line? Then the text can't decide.
  if (!isLongEnough(view, quiet) && explainsLog(view, consumed, 1)) return undefined;
  return { consumed, by: 'by-silence' };
}

/**
 * Whether the silence proves a join if the text could be joined elsewhere too. If nobody waits for a prompt the log may
 * just as well continue; and after much output the node may have been too busy to send either stream.
 */
function isLongEnough({ channels, ended, thresholds, tty }: JoinView, quiet: number): boolean {
  if (tty) return quiet >= thresholds.quietUrgent;
  const brought = sum(channels.map((channel) => channel.finalLength));
  return !ended && quiet >= thresholds.quietRepetitive && brought <= thresholds.history;
}
