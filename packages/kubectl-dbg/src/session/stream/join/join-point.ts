import type { Activity } from '../activity.ts';
import type { ByteWindow } from '../byte-window.ts';
import type { ChannelBuffer } from '../channel-buffer.ts';
import { LOG_PIECE, type JoinThresholds } from '../thresholds.ts';

/** The channels of one attach: stdout, and stderr unless there is a terminal. */
export type Channels = readonly ChannelBuffer[];

/** The data for comparing log and attach. */
export interface JoinView {
  now: number;
  log: ByteWindow;
  /** Bytes of the log after its last newline. */
  openLine: number;
  /** Bytes of the log were already written to the output. */
  logHasSpoken: boolean;
  logState: 'released' | 'open' | 'ended' | 'refused';
  /** Bytes may be missing from the read part of the log. */
  logCut: boolean;
  /** The length of the log when attach sent its first byte. */
  logAtFirstAttach: number;
  channels: Channels;
  /** Attach can't have begun before this position in the output. */
  earliestStart: number;
  activity: Activity;
  /** Attach sends no more. */
  ended: boolean;
  /** Attach is not being read: silence means nothing. */
  attachPaused: boolean;
  /** Attach's text was found at two positions of the log. */
  repetitive: boolean;
  tty: boolean;
  thresholds: JoinThresholds;
}

export type JoinRuleName =
  | 'without-log'
  | 'from-start'
  | 'by-silence'
  | 'in-line'
  | 'by-text'
  | 'by-lines'
  | 'at-end'
  | 'best-guess';

/** Where log and attach meet. */
export interface JoinPoint {
  /** For each channel, how many of attach's bytes the log has. */
  consumed: number[];
  by: JoinRuleName;
  /** A channel began within a line that the log does not show yet. */
  midLine?: boolean;
  /** The text does not show whether attach missed the start of the first line. */
  unprovenStart?: boolean;
}

/** Text found at two positions of the log: only time and count can decide, or the end. */
export type Ambiguous = 'ambiguous';

/** How much of a channel the log has after it has caught up: finished lines, and complete pieces of an unfinished one. */
export function expectedInLog(channel: ChannelBuffer): number {
  const open = channel.length - channel.afterNewline;
  // A piece is written when the line is longer than the piece.
  return channel.afterNewline + Math.floor(Math.max(0, open - 1) / LOG_PIECE) * LOG_PIECE;
}

/** The channels that have sent anything. */
export function activeOf(channels: Channels): ChannelBuffer[] {
  return channels.filter((channel) => channel.finalLength > 0);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The newest part of the log, as much as is compared. */
export function logTail({ log, thresholds }: JoinView): Buffer {
  return log.slice(log.end - thresholds.history);
}
