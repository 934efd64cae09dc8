import { difference } from './difference.ts';
import { maskText } from './mask.ts';

/**
 * Compares a log. Where a process prints in a rhythm, how far it had come when it was read or stopped is chance:
 * then lines are compared by their kind, with numbers for digits, and repetition counts once.
 */
export function compareLog(
  recorded: string,
  own: string,
  isStream: boolean,
  isEndless = false,
): string | undefined {
  const expected = maskText(recorded);
  const got = maskText(own);
  if (expected === got) return undefined;
  if (isStream && kinds(expected) === kinds(got)) return undefined;
  // The two outputs of a process are merged in the order in which they were read.
  if (sortedLines(expected) === sortedLines(got)) return undefined;
  // Of a process that prints for ever, what was its last line when it was read is chance, not how many are shown.
  if (isEndless && kindSet(expected) === kindSet(got)) return undefined;
  return difference(expected, got, 'text');
}

/** The kinds of lines in their order, each run of a kind once. */
export function kinds(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll(/\d+/g, '<n>'));
  return lines.filter((line, index) => line !== lines[index - 1]).join('\n');
}

function sortedLines(text: string): string {
  return text.split('\n').toSorted().join('\n');
}

/** How many lines there are, and of which kinds. */
function kindSet(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll(/\d+/g, '<n>'));
  return JSON.stringify([lines.length, [...new Set(lines)].toSorted()]);
}
