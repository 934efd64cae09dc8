import type { Activity } from './activity.ts';
import { align, endsAlike, isRepetitive, TELLING } from './align.ts';
import type { ByteWindow } from './byte-window.ts';
import type { ChannelBuffer } from './channel-buffer.ts';
import { explainLines, findLines } from './interleave.ts';
import { LOG_PIECE, type SpliceLimits } from './limits.ts';
import { finishedLines, linesOf } from './lines.ts';

/** The channels of one attach: stdout, and stderr unless there is a terminal. */
export type Channels = readonly ChannelBuffer[];

/** What is known when log and attach are compared. */
export interface MeetingView {
  now: number;
  log: ByteWindow;
  /** Bytes of the log after its last newline. */
  openLine: number;
  channels: Channels;
  /** Position in the output before which attach can't have begun. */
  floor: number;
  activity: Activity;
  /** Attach brings no more. */
  ended: boolean;
  /** Attach isn't being read: silence means nothing. */
  held: boolean;
  tty: boolean;
  limits: SpliceLimits;
}

/** Where log and attach meet: the log has, of each channel, this many bytes of attach. */
export interface Meeting {
  consumed: number[];
  by: 'start' | 'silence' | 'text' | 'unfinished-line' | 'gave-up';
}

/** Text seen at two places of the log: only time and count can tell, or the end. */
export type Ambiguous = 'ambiguous';

/** How much of a channel the log has once it has caught up: finished lines, and full pieces of an unfinished one. */
export function expectedInLog(channel: ChannelBuffer): number {
  const open = channel.length - channel.afterNewline;
  // A piece is written when the line has grown beyond it.
  return channel.afterNewline + Math.floor(Math.max(0, open - 1) / LOG_PIECE) * LOG_PIECE;
}

/**
 * Attach was up for long before anything came: it has everything from the output's first byte, and the log need not
 * speak at all. Only the start of an unfinished line might have been missed before that: then the first newline would
 * come later in the log.
 */
export function meetFromStart({
  activity,
  channels,
  floor,
  limits,
  log,
  tty,
}: MeetingView): Meeting | undefined {
  const active = channels.filter((channel) => channel.finalLength > 0);
  if (tty || floor > 0 || log.start > 0 || active.some((channel) => channel.start > 0)) return undefined;
  if (!activity.beganAfterAttach(limits.settled)) return undefined;
  if (log.end === 0 || log.end > sum(active.map((channel) => channel.length))) return undefined;
  if (!active.some((channel) => beginsAlike(log, channel, active.length === 1))) return undefined;
  return { consumed: channels.map((channel) => (channel === active[0] ? log.end : 0)), by: 'start' };
}

/** Whether log and channel begin with the same line; `alone`: all of the log must be the channel's. */
function beginsAlike(log: ByteWindow, channel: ChannelBuffer, alone: boolean): boolean {
  const head = log.slice(0);
  const kept = channel.slice(0);
  const line = head.indexOf('\n') + 1;
  const isTelling = line > 0 || (alone && head.length >= LOG_PIECE && !isRepetitive(head, kept, head.length));
  const length = alone ? head.length : line;
  return isTelling && head.subarray(0, length).equals(kept.subarray(0, length));
}

/**
 * Neither source has brought anything for a while, so the log has all of attach's finished lines; the bytes must
 * confirm it. `patient`: the log has been silent for long and was asked for again: any equal byte will do.
 */
export function meetBySilence(view: MeetingView, patient = false): Meeting | undefined {
  const { now, channels, limits, log } = view;
  const quiet = now - view.activity.line;
  if (view.held || quiet < limits.quiet) return undefined;
  const present = channels.filter((channel) => channel.finalLength > 0);
  const isOpen = (channel: ChannelBuffer): boolean => !channel.hasNewline;
  if (present.length === 0) return undefined;
  // A line in the log that is neither finished nor a number of full pieces: the process has ended.
  const flushed = view.openLine % LOG_PIECE !== 0;
  if (flushed && present.length > 1) return undefined;
  if (!flushed && present.some(isOpen)) {
    const needed = view.tty ? limits.quiet : limits.quietUrgent;
    if (view.ended || now - view.activity.firstAttach < unfinishedLineWait(view) || quiet < needed) {
      return undefined;
    }
    if (present.every(isOpen)) return meetInLine(view, present);
  }
  const active = present.filter((channel) => flushed || channel.hasNewline);
  const inLog = (channel: ChannelBuffer): number => (flushed ? channel.finalLength : expectedInLog(channel));
  const consumed = channels.map((channel) => (active.includes(channel) ? inLog(channel) : 0));
  if (log.end - sum(consumed) < view.floor) return undefined;
  const [only] = active;
  if (active.length === 1 && only !== undefined) {
    const tail = log.slice(log.end - limits.history);
    const kept = flushed ? only.tail(only.length - only.start) : only.slice(only.start);
    const place = inLog(only) - only.start;
    if (place < (view.tty || patient ? 1 : TELLING) || !endsAlike(tail, kept, place)) return undefined;
    const by = !flushed && present.some(isOpen) ? 'unfinished-line' : 'silence';
    if (patient) return { consumed, by };
    // The same line came long before on the log: it is not the same, and the log has still to bring that.
    const isEarlier = view.activity.log < view.activity.attachLine - limits.skew;
    if (quiet < limits.quietUnmatched && isEarlier) return undefined;
    if (!isLongEnough(view, quiet) && isRepetitive(tail, kept, place)) return undefined;
    return { consumed, by };
  }
  if (quiet < limits.quietUrgent) return undefined;
  if (quiet < limits.quietUnmatched && view.activity.log < view.activity.attachLine - limits.skew)
    return undefined;
  if (!explains(view, consumed)) return undefined;
  // Were it so too if the log had not its last line? Then the text can't tell.
  if (!isLongEnough(view, quiet) && explains(view, consumed, 1)) return undefined;
  return { consumed, by: 'silence' };
}

/** Once the log has been open and silent for a while it owes nothing that stands before a prompt. */
function unfinishedLineWait({ activity, limits, now, tty }: MeetingView): number {
  const silence = now - Math.max(activity.line, activity.logOpened);
  return tty && silence >= limits.quiet ? limits.moment : limits.unfinishedLine;
}

/**
 * Whether the silence proves a join where the text could be joined elsewhere too. Where nobody waits for a prompt the log
 * may as well speak on; and after much output the node may have been too busy to pass on either stream.
 */
function isLongEnough({ channels, ended, limits, tty }: MeetingView, quiet: number): boolean {
  if (tty) return quiet >= limits.quietUrgent;
  const brought = sum(channels.map((channel) => channel.finalLength));
  return !ended && quiet >= limits.quietRepetitive && brought <= limits.history;
}

/**
 * Attach has brought no more than a part of one line: the log can't confirm it and may not show it for ever, so it is
 * shown as it is. Only of a very long line does the log have pieces that may overlap.
 */
function meetInLine(view: MeetingView, present: Channels): Meeting | undefined {
  const { channels, limits, log } = view;
  const [only] = present;
  let place = 0;
  if (view.openLine > 0 && only !== undefined && present.length === 1) {
    const tail = log.slice(log.end - limits.history);
    const kept = only.slice(only.start);
    const [found, another] = align(tail, kept, only.start === 0);
    const isUnclear =
      another !== undefined || (found !== undefined && isRepetitive(tail, kept, found.consumed));
    if (isUnclear && !view.tty) return undefined;
    if (found !== undefined && another === undefined) place = only.start + found.consumed;
  }
  return {
    consumed: channels.map((channel) => (channel === only ? place : 0)),
    by: place > 0 ? 'text' : 'unfinished-line',
  };
}

/**
 * Looks for the log's end in attach's bytes while output flows: it must be found there once only, and much of it.
 */
export function meetByText(view: MeetingView): Meeting | Ambiguous | undefined {
  const { channels, limits, log, now } = view;
  const active = channels.filter((channel) => channel.length > 0);
  const [only] = active;
  if (only === undefined || now - view.activity.firstAttach < limits.settled) return undefined;
  if (active.length > 1) return meetByLines(view);
  const tail = log.slice(log.end - limits.history);
  const kept = only.slice(only.start);
  const found = align(tail, kept, only.start === 0);
  const [place] = found;
  if (place === undefined) return undefined;
  if (found.length > 1 || isRepetitive(tail, kept, place.consumed)) {
    return place.overlap >= limits.overlap ? 'ambiguous' : undefined;
  }
  const ahead = kept.length - place.consumed;
  // A log that lags far behind might be at an earlier occurrence of what attach began with: attach must have shown
  // more without repeating itself, and more of it must be equal.
  const near = ahead <= limits.history && place.overlap >= limits.overlap;
  const far = kept.length >= limits.lagging && place.overlap >= limits.history;
  if (!near && !far) return undefined;
  const consumed = channels.map((channel) => (channel === only ? only.start + place.consumed : 0));
  return log.end - sum(consumed) < view.floor ? undefined : { consumed, by: 'text' };
}

/** Bytes that must be equal at the end for attach to go on where a log stops short. */
const END_OVERLAP = 64;

/**
 * Both sources have ended, or the log can't be had any further: `whole` if the log has all that attach brought,
 * a meeting if attach goes on where the log stops.
 */
export function meetAtEnd(view: MeetingView): Meeting | 'whole' | undefined {
  const { channels, limits, log } = view;
  const active = channels.filter((channel) => channel.finalLength > 0);
  const [only] = active;
  if (only === undefined) return 'whole';
  if (active.length > 1) {
    const finished = channels.every((channel) => channel.finalLength === channel.afterNewline);
    return finished && explains(view, channels.map(expectedInLog)) ? 'whole' : undefined;
  }
  const tail = log.slice(log.end - limits.history);
  const end = only.tail(limits.history);
  // A log that is shorter than what attach has brought is not the whole, however alike the ends are.
  if (log.end - view.floor >= only.finalLength && endsAlike(tail, end, end.length)) return 'whole';
  const kept = only.slice(only.start);
  const [place, another] = align(tail, kept, only.start === 0);
  if (place === undefined || another !== undefined || place.overlap < END_OVERLAP) return undefined;
  if (isRepetitive(tail, kept, place.consumed)) return undefined;
  return {
    consumed: channels.map((channel) => (channel === only ? only.start + place.consumed : 0)),
    by: 'text',
  };
}

/** Where attach goes on for want of anything certain: where the text says, be it ever so little, else from its start. */
export function bestGuess({ channels, limits, log }: MeetingView): Meeting {
  const active = channels.filter((channel) => channel.length > 0);
  const consumed = channels.map((channel) => {
    if (active.length !== 1 || channel !== active[0]) return channel.start;
    const kept = channel.slice(channel.start);
    const found = align(log.slice(log.end - limits.history), kept, channel.start === 0);
    return channel.start + (found.length === 1 ? (found[0]?.consumed ?? 0) : 0);
  });
  return { consumed, by: 'gave-up' };
}

function meetByLines(view: MeetingView): Meeting | undefined {
  const { channels, limits, log } = view;
  const [out, err] = channels;
  if (out === undefined || err === undefined || !endsLine(log)) return undefined;
  const lines = linesOf(log, Math.max(log.start, log.end - limits.history));
  const own = [finishedLines(out, limits.history), finishedLines(err, limits.history)] as const;
  const count = findLines(lines, [own[0].lines, own[1].lines]);
  if (count === undefined) return undefined;
  const sources = explainLines(lines, own, count);
  const equal = sources?.filter((source) => source !== 'missed').length ?? 0;
  if (equal < limits.overlapLines) return undefined;
  const consumed = own.map((channel, index) => channel.start + lengthOf(channel.lines, count[index] ?? 0));
  return log.end - sum(consumed) < view.floor ? undefined : { consumed, by: 'text' };
}

/** Whether the log's lines, but for its last `without`, can be those of both channels up to there. */
function explains(view: MeetingView, consumed: readonly number[], without = 0): boolean {
  const { channels, floor, limits, log } = view;
  const [out, err] = channels;
  if (out === undefined || err === undefined || !endsLine(log)) return false;
  const own = [finishedLines(out, limits.history), finishedLines(err, limits.history)] as const;
  const atEnd = own.every(
    (channel, index) => channel.start + lengthOf(channel.lines, channel.lines.length) === consumed[index],
  );
  const lines = linesOf(log, Math.max(log.start, log.end - limits.history));
  const last = lines.splice(lines.length - without);
  if (!atEnd || log.end - lengthOf(last, last.length) - sum(consumed) < floor) return false;
  return explainLines(lines, own, [own[0].lines.length, own[1].lines.length]) !== undefined;
}

function endsLine(log: ByteWindow): boolean {
  return log.slice(log.end - 1).toString('latin1') === '\n';
}

/** Bytes of the first `count` lines. */
export function lengthOf(lines: readonly string[], count: number): number {
  let length = 0;
  for (let at = 0; at < count; at += 1) length += lines[at]?.length ?? 0;
  return length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
