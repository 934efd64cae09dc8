import assert from 'node:assert/strict';
import { type Kind, keyOf, type Member, NUMBERS } from './fleet.ts';
import type { Report, TargetResult } from 'kubectl-dbg';

/** The expected result of each kind of target: class, and exit code or reason. */
const ENDS: Readonly<Record<Kind, readonly [string, (number | string)?]>> = {
  plain: ['passed', 0],
  silent: ['passed', 0],
  large: ['passed', 0],
  'answer-cut': ['passed', 0],
  'log-cut': ['passed', 0],
  exits: ['failed', 3],
  killed: ['failed', 137],
  sleeps: ['timed-out', 'TimedOut'],
  unstartable: ['not-started', 'RunContainerError'],
  denied: ['not-started', 'HTTP 400'],
  refused: ['not-started', 'Forbidden'],
  deleted: ['lost', 'PodGone'],
  replaced: ['lost', 'Replaced'],
  restarted: ['lost', 'TargetRestarted'],
  unreadable: ['lost', 'LogUnavailable'],
  full: ['skipped', 'TooManyDebugContainers'],
  finished: ['skipped', 'NotRunning'],
};

/** The expected output of a target. */
function outputOf(member: Member): string {
  const name = `${keyOf(member)}/${member.kind}\n`;
  return member.kind === 'silent' ? '' : member.kind === 'large' ? name + NUMBERS : name;
}

/**
 * Checks that every target has exactly one result, and the right output.
 *
 * @param outputs reads the output of a result, if outputs are in files
 */
export function checkReport(
  report: Report,
  members: readonly Member[],
  { maxOutput, outputs }: { maxOutput: number; outputs?: (result: TargetResult) => string },
): void {
  const results = new Map(report.results.map((result) => [keyOf(result), result]));
  assert.equal(report.results.length, members.length, 'each target has one result');
  const wrong: string[] = [];
  for (const member of members) {
    const result = results.get(keyOf(member));
    if (result === undefined) wrong.push(`${keyOf(member)}: no result`);
    else {
      const [expected, why = ''] = ENDS[member.kind];
      const got = typeof why === 'number' ? result.exitCode : result.reason;
      if (result.class !== expected || got !== why) {
        wrong.push(`${keyOf(member)}: ${result.class} ${got} ${result.reason} ${result.message}`);
      } else if (result.sha256 !== undefined && result.class !== 'lost') {
        const whole = outputOf(member);
        const kept = outputs?.(result) ?? result.output;
        const shown = outputs === undefined ? whole.slice(0, maxOutput) : whole;
        if (kept !== shown || result.bytes !== whole.length) wrong.push(`${keyOf(member)}: another output`);
      } else if (typeof why === 'number') wrong.push(`${keyOf(member)}: no output`);
    }
  }
  assert.deepEqual(wrong, []);
  checkGroups(report, members);
}

/** Checks that equal outputs are one group, and that every exit code is in a group. */
function checkGroups(report: Report, members: readonly Member[]): void {
  const silent = report.groups.filter(({ output, exitCode }) => output === '' && exitCode === 0);
  const expected = members.filter(({ kind }) => kind === 'silent').length;
  assert.ok(
    silent.some(({ count }) => count >= expected),
    'those without output are one group',
  );
  const grouped = report.groups.reduce((sum, { count }) => sum + count, 0);
  assert.equal(grouped, report.results.filter(({ exitCode }) => exitCode !== undefined).length);
}
