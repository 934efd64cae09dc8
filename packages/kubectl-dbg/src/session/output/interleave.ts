/** Where a line of the log comes from: stdout (0), stderr (1), or from before attach began. */
export type LineSource = 0 | 1 | 'missed';

/** One channel's finished lines, newest last, as far as they are kept. */
export interface ChannelLines {
  lines: readonly string[];
  /** The first of them is attach's very first, and so perhaps only the end of a line. */
  fromStart: boolean;
}

/** Steps after which a search among equal lines is given up. */
const MAX_STEPS = 20_000;

/**
 * Explains the log's last lines as stdout and stderr read in turn, from the end backwards, given how many lines of
 * each channel the log holds. Undefined if they are not that.
 */
export function explainLines(
  log: readonly string[],
  channels: readonly [ChannelLines, ChannelLines],
  consumed: readonly [number, number],
): LineSource[] | undefined {
  const sources: LineSource[] = [];
  const left: [number, number] = [consumed[0], consumed[1]];
  /** Lines (counted from the end) that stderr could have been taken for as well as stdout. */
  const choices: number[] = [];
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const line = log[log.length - 1 - sources.length];
    // A channel of which older lines are no longer kept can't be told from the other any more.
    if (line === undefined || isForgotten(channels[0], left[0]) || isForgotten(channels[1], left[1])) {
      return pad(sources, log.length);
    }
    const out = fits(channels[0], left[0], line);
    const err = fits(channels[1], left[1], line);
    if (out && err) choices.push(sources.length);
    if (out || err) {
      const source = out ? 0 : 1;
      left[source] -= 1;
      sources.push(source);
    } else if ((left[0] === 0 && channels[0].fromStart) || (left[1] === 0 && channels[1].fromStart)) {
      sources.push('missed');
    } else {
      const choice = choices.pop();
      if (choice === undefined) return undefined;
      for (const undone of sources.splice(choice)) if (undone !== 'missed') left[undone] += 1;
      left[1] -= 1;
      sources.push(1);
    }
  }
  return undefined;
}

function isForgotten(channel: ChannelLines, left: number): boolean {
  return left === 0 && !channel.fromStart;
}

function fits(channel: ChannelLines, left: number, line: string): boolean {
  const own = channel.lines[left - 1];
  if (own === undefined) return false;
  return own === line || (left === 1 && channel.fromStart && line.endsWith(own));
}

/** Oldest first; lines that were not looked at are older than anything attach has kept. */
function pad(sources: LineSource[], length: number): LineSource[] {
  const older: LineSource[] = Array.from({ length: length - sources.length }, () => 'missed');
  return [...older, ...sources.reverse()];
}

/**
 * How many lines of each channel the log holds, where the newest lines of both stand in it once only; undefined
 * where the text does not tell.
 */
export function findLines(
  log: readonly string[],
  channels: readonly [readonly string[], readonly string[]],
): [number, number] | undefined {
  const consumed: [number | undefined, number | undefined] = [undefined, undefined];
  for (let at = log.length - 1; at >= 0; at -= 1) {
    const line = log[at] ?? '';
    const out = onlyIndex(channels[0], line);
    const err = onlyIndex(channels[1], line);
    if (out === 'many' || err === 'many' || (out !== 'none' && err !== 'none')) return undefined;
    if (out !== 'none') consumed[0] ??= out + 1;
    if (err !== 'none') consumed[1] ??= err + 1;
    if (consumed[0] !== undefined && consumed[1] !== undefined) return [consumed[0], consumed[1]];
  }
  return undefined;
}

function onlyIndex(lines: readonly string[], line: string): number | 'none' | 'many' {
  const first = lines.indexOf(line);
  if (first === -1) return 'none';
  return lines.lastIndexOf(line) === first ? first : 'many';
}
