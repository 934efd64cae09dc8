import type { ByteWindow } from '../byte-window.ts';
import type { ChannelBuffer } from '../channel-buffer.ts';
import { LOG_PIECE } from '../thresholds.ts';
import { isRepetitive } from './align.ts';
import { activeOf, type JoinPoint, type JoinView, sum } from './join-point.ts';

/**
 * Attach was open for long before anything arrived: it has everything from the first byte of the output, and the log is
 * not needed. Only the start of an unfinished line might have been missed before that: then the first newline would be
 * later in the log. Without a newline, in a text that repeats itself, this is unknown before the end.
 */
export function joinFromStart(view: JoinView): JoinPoint | undefined {
  const { activity, channels, earliestStart, log, thresholds, tty } = view;
  const active = activeOf(channels);
  if (tty || earliestStart > 0 || log.start > 0 || active.some((channel) => channel.start > 0))
    return undefined;
  if (!activity.beganAfterAttach(thresholds.settled)) return undefined;
  if (log.end === 0 || log.end > sum(active.map((channel) => channel.length))) return undefined;
  const alone = active.length === 1;
  const like = active.map((channel) => beginning(log, channel, alone));
  const proven = like.includes('same');
  const mayTrustTime = like.includes('repetitive') && activity.beganAfterBoth(thresholds.settled);
  if (!proven && !mayTrustTime) return undefined;
  const consumed = channels.map((channel) => (channel === active[0] ? log.end : 0));
  return { consumed, by: 'from-start', unprovenStart: !proven };
}

/** Whether log and channel begin with the same line; `alone`: all of the log must belong to the channel. */
function beginning(log: ByteWindow, channel: ChannelBuffer, alone: boolean): 'same' | 'repetitive' | 'other' {
  const head = log.slice(0);
  const kept = channel.slice(0);
  const line = head.indexOf('\n') + 1;
  if (line === 0 && !(alone && head.length >= LOG_PIECE)) return 'other';
  const length = alone ? head.length : line;
  if (!head.subarray(0, length).equals(kept.subarray(0, length))) return 'other';
  return line > 0 || !isRepetitive(head, kept, head.length) ? 'same' : 'repetitive';
}
