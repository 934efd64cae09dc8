import type { ByteWindow } from '../byte-window.ts';
import { explainLines, findLines } from './interleave.ts';
import { type JoinPoint, type JoinView, sum } from './join-point.ts';
import { finishedLines, lengthOf, linesOf } from './lines.ts';

/** The same as by-text for two channels, which the log mixes line by line. */
export function joinByLines(view: JoinView): JoinPoint | undefined {
  const { channels, thresholds, log, now } = view;
  const [out, err] = channels;
  if (out === undefined || err === undefined || out.length === 0 || err.length === 0) return undefined;
  if (now - view.activity.firstAttach < thresholds.settled || !endsLine(log)) return undefined;
  const lines = linesOf(log, Math.max(log.start, log.end - thresholds.history));
  const own = [finishedLines(out, thresholds.history), finishedLines(err, thresholds.history)] as const;
  const count = findLines(lines, [own[0].lines, own[1].lines]);
  if (count === undefined) return undefined;
  const sources = explainLines(lines, own, count);
  const equal = sources?.filter((source) => source !== 'missed').length ?? 0;
  if (equal < thresholds.overlapLines) return undefined;
  const consumed = own.map((channel, index) => channel.start + lengthOf(channel.lines, count[index] ?? 0));
  return log.end - sum(consumed) < view.earliestStart ? undefined : { consumed, by: 'by-lines' };
}

/** Whether the log's lines, except its last `without`, can be the lines of both channels up to there. */
export function explainsLog(view: JoinView, consumed: readonly number[], without = 0): boolean {
  const { channels, earliestStart, thresholds, log } = view;
  const [out, err] = channels;
  if (out === undefined || err === undefined || !endsLine(log)) return false;
  const own = [finishedLines(out, thresholds.history), finishedLines(err, thresholds.history)] as const;
  const atEnd = own.every(
    (channel, index) => channel.start + lengthOf(channel.lines, channel.lines.length) === consumed[index],
  );
  const lines = linesOf(log, Math.max(log.start, log.end - thresholds.history));
  const last = lines.splice(lines.length - without);
  if (!atEnd || log.end - lengthOf(last, last.length) - sum(consumed) < earliestStart) return false;
  return explainLines(lines, own, [own[0].lines.length, own[1].lines.length]) !== undefined;
}

function endsLine(log: ByteWindow): boolean {
  return log.slice(log.end - 1).toString('latin1') === '\n';
}
