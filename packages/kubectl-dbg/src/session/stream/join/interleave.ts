/** The source of a line in the log: stdout (0), stderr (1), or from before attach began. */
export type LineSource = 0 | 1 | 'missed';

/** The kept finished lines of one channel, newest last. */
export interface ChannelLines {
  lines: readonly string[];
  /** The first of them is attach's very first line, which may be only the end of a line. */
  fromStart: boolean;
}

/** Maximum of steps for a search among equal lines. */
const MAX_STEPS = 20_000;

/**
 * Explains the log's last lines as stdout and stderr read in turn, backwards from the end, given how many lines of each
 * channel the log has. Undefined if that is impossible.
 */
export function explainLines(
  log: readonly string[],
  channels: readonly [ChannelLines, ChannelLines],
  consumed: readonly [number, number],
): LineSource[] | undefined {
  const sources: LineSource[] = [];
  const left: [number, number] = [consumed[0], consumed[1]];
  /** Lines (counted from the end) that could belong to stderr as well as to stdout. */
  const choices: number[] = [];
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const line = log[log.length - 1 - sources.length];
    // A channel whose older lines are no longer kept can't be distinguished from the other one.
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

/** Oldest first; lines that were not examined are older than everything kept of attach. */
function pad(sources: LineSource[], length: number): LineSource[] {
  const older: LineSource[] = Array.from({ length: length - sources.length }, () => 'missed');
  return [...older, ...sources.reverse()];
}

/**
 * How many lines of each channel the log has, if the newest lines of both occur in it only once; undefined if the text
 * does not decide.
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
