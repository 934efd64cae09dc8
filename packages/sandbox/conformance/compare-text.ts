import { difference } from './difference.ts';
import { maskText } from './mask.ts';

/**
 * Compares a log. How much a process that prints periodically had printed when it was read or stopped is chance:
 * then lines are compared by kind, with digits masked, and consecutive lines of a kind count once.
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
  // stdout and stderr are merged in the order in which they were read.
  if (sortedLines(expected) === sortedLines(got)) return undefined;
  // Which line was the last one of an endless process is chance, but the number of lines is not.
  if (isEndless && kindSet(expected) === kindSet(got)) return undefined;
  return difference(expected, got, 'text');
}

/** The kinds of lines in order; consecutive lines of a kind count once. */
export function kinds(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll(/\d+/g, '<n>'));
  return lines.filter((line, index) => line !== lines[index - 1]).join('\n');
}

function sortedLines(text: string): string {
  return text.split('\n').toSorted().join('\n');
}

/** The number of lines and the set of their kinds. */
function kindSet(text: string): string {
  const lines = text.split('\n').map((line) => line.replaceAll(/\d+/g, '<n>'));
  return JSON.stringify([lines.length, [...new Set(lines)].toSorted()]);
}
