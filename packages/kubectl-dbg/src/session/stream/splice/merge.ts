import type { ByteWindow } from '../byte-window.ts';
import { explainLines } from '../join/interleave.ts';
import type { Channels, JoinPoint } from '../join/join-point.ts';
import { finishedLines, lengthOf, linesOf } from '../join/lines.ts';

/** A part of the output, in the order in which it is to be written. */
export interface Stretch {
  /** `log`: only the log had it, in the log's form. A number: the channel of attach. */
  source: 'log' | 0 | 1;
  data: Buffer;
}

/**
 * The output between the last written byte and the newest byte of attach, given the join point: from attach as far back
 * as it reaches, since it has channels and carriage returns, otherwise from the log. Undefined if the written output is
 * already beyond attach's newest byte.
 */
export function mergeAtJoin(
  log: ByteWindow,
  written: number,
  channels: Channels,
  { consumed, by }: JoinPoint,
): Stretch[] | undefined {
  const waiting = log.end - written;
  const active = ([0, 1] as const).filter((index) => (channels[index]?.finalLength ?? 0) > 0);
  // Attach has everything, and nothing of the log was written.
  if (by === 'from-start') {
    return active.map((source): Stretch => ({ source, data: channels[source]?.raw(0) ?? Buffer.alloc(0) }));
  }
  if (active.length === 2 && waiting > 0) return mergeLines(log, written, channels, consumed);
  const index = active[0] ?? 0;
  const channel = channels[index];
  const place = consumed[index] ?? 0;
  if (channel === undefined) return undefined;
  // The position in attach of the first byte to write.
  const from = place - waiting;
  if (from > channel.length) return undefined;
  const stretches: Stretch[] = [];
  if (from < channel.start) {
    const head = log.slice(written, log.end - (place - channel.start));
    const lines = head.lastIndexOf('\n') + 1;
    stretches.push({ source: 'log', data: Buffer.from(head.subarray(0, lines)) });
    // Attach began within this line: only the log has its start, but the channel is known.
    stretches.push({ source: channel.start === 0 ? index : 'log', data: Buffer.from(head.subarray(lines)) });
  }
  stretches.push({ source: index, data: channel.raw(Math.max(from, channel.start)) });
  for (const other of active.slice(1)) {
    const data = channels[other]?.raw(consumed[other] ?? 0);
    if (data !== undefined) stretches.push({ source: other, data });
  }
  return stretches;
}

/** Two channels: the waiting lines of the log are assigned one by one, so that each is written to its own stream. */
function mergeLines(
  log: ByteWindow,
  written: number,
  channels: Channels,
  consumed: readonly number[],
): Stretch[] {
  const rest = ([0, 1] as const).flatMap((source): Stretch[] => {
    const data = channels[source]?.raw(consumed[source] ?? 0);
    return data === undefined || data.length === 0 ? [] : [{ source, data }];
  });
  const waiting = linesOf(log, written);
  const isWhole = lengthOf(waiting, waiting.length) === log.end - written;
  const [out, err] = channels;
  if (!isWhole || out === undefined || err === undefined) {
    return [{ source: 'log', data: Buffer.from(log.slice(written)) }, ...rest];
  }
  const own = [
    finishedLines(out, Infinity, consumed[0] ?? 0),
    finishedLines(err, Infinity, consumed[1] ?? 0),
  ] as const;
  const sources = explainLines(waiting, own, [own[0].lines.length, own[1].lines.length]);
  if (sources === undefined) return [{ source: 'log', data: Buffer.from(log.slice(written)) }, ...rest];
  const next = own.map(
    (kept, index) => kept.lines.length - sources.filter((source) => source === index).length,
  );
  const position = own.map((kept, index) => kept.start + lengthOf(kept.lines, next[index] ?? 0));
  const explained = sources.map((source, at): Stretch => {
    const line = waiting[at] ?? '';
    if (source === 'missed') return { source: 'log', data: Buffer.from(line, 'latin1') };
    const length = own[source].lines[next[source] ?? 0]?.length ?? 0;
    const from = position[source] ?? 0;
    next[source] = (next[source] ?? 0) + 1;
    position[source] = from + length;
    // If attach began within this line, only the log has its start, but the channel is known.
    const head = Buffer.from(line.slice(0, line.length - length), 'latin1');
    const raw = channels[source]?.raw(from, from + length) ?? Buffer.alloc(0);
    return { source, data: Buffer.concat([head, raw]) };
  });
  return [...explained, ...rest];
}
