import { createTwoFilesPatch } from 'diff';
import type { ReportGroup } from '../model/report.ts';

/** Context lines. */
const CONTEXT = 2;

/** Longer outputs are compared by their beginnings, so that a comparison takes milliseconds. */
const MAX_COMPARED = 64 * 1024;

/** The unified diff from the reference's output to a group's; empty if they are equal. */
export function diffGroups(reference: ReportGroup, group: ReportGroup): string {
  const [before, after] = [reference.output.slice(0, MAX_COMPARED), group.output.slice(0, MAX_COMPARED)];
  if (before === after) return '';
  const patch = createTwoFilesPatch(label(reference), label(group), before, after, undefined, undefined, {
    context: CONTEXT,
    timeout: 500,
  });
  return (patch ?? '').replace(/^=+\n/, '');
}

function label({ count, targets, exitCode }: ReportGroup): string {
  const who = count === 1 ? (targets[0] ?? '') : `${count} targets`;
  return exitCode === undefined ? who : `${who}, exit code ${exitCode}`;
}
