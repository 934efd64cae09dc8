import type { ByteWindow } from '../byte-window.ts';
import type { ChannelBuffer } from '../channel-buffer.ts';
import type { ChannelLines } from './interleave.ts';

/** Finished lines of a channel, with the position of the first of them. */
export interface KeptLines extends ChannelLines {
  start: number;
}

/**
 * The finished lines of [from, end) with their newlines, as latin1 (one character per byte). A line whose beginning is
 * not kept is omitted.
 */
export function linesOf(window: ByteWindow, from: number, to: number = window.end): string[] {
  const text = window.slice(from, to).toString('latin1');
  const whole = from === 0 || window.slice(from - 1, from).toString('latin1') === '\n';
  const lines = splitLines(text);
  if (!whole) lines.shift();
  return lines;
}

/** The finished lines of a channel before `end`, the last `limit` bytes of them. */
export function finishedLines(
  channel: ChannelBuffer,
  limit: number,
  end: number = channel.afterNewline,
): KeptLines {
  const from = Math.max(channel.start, end - limit);
  const lines = splitLines(channel.slice(from, end).toString('latin1'));
  if (from === 0) return { lines, fromStart: true, start: 0 };
  const partial = lines.shift() ?? '';
  return { lines, fromStart: false, start: from + partial.length };
}

function splitLines(text: string): string[] {
  const lines: string[] = [];
  let at = 0;
  for (let newline = text.indexOf('\n'); newline !== -1; newline = text.indexOf('\n', at)) {
    lines.push(text.slice(at, newline + 1));
    at = newline + 1;
  }
  return lines;
}

/** Length in bytes of the first `count` lines. */
export function lengthOf(lines: readonly string[], count: number): number {
  let length = 0;
  for (let at = 0; at < count; at += 1) length += lines[at]?.length ?? 0;
  return length;
}
