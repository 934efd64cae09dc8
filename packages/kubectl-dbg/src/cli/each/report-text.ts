import { sanitise, sanitiseText } from '../../base/sanitise.ts';
import { type Report, type ReportGroup, type TargetResult, targetName } from '../../model/report.ts';
import { diffGroups } from '../../report/diff.ts';
import { referenceGroup } from '../../report/groups.ts';

/** Maximum of names in a group's heading. */
const MAX_NAMES = 5;

/** Maximum of listed targets with the same cause. */
const MAX_LISTED = 10;

/** Maximum of lines of a group's output. */
const MAX_LINES = 200;

/** The report for people: failures first, then the outputs, grouped, then the totals. */
export function reportText(report: Report, { diff, outputs }: { diff: boolean; outputs: boolean }): string {
  const sections = [...notRun(report.results), ...(outputs ? groups(report.groups, diff) : []), sums(report)];
  return `${sections.join('\n\n')}\n`;
}

/** Targets whose command did not run to its end, by cause, most frequent first. */
function notRun(results: readonly TargetResult[]): string[] {
  const causes = new Map<string, TargetResult[]>();
  for (const result of results) {
    if (result.class === 'passed' || result.class === 'failed') continue;
    const key = `${result.class}\n${result.reason ?? ''}`;
    causes.set(key, [...(causes.get(key) ?? []), result]);
  }
  return [...causes.values()]
    .toSorted((a, b) => rank(a) - rank(b) || b.length - a.length)
    .map((list) => {
      const [first] = list;
      if (first === undefined) return '';
      const head = `${plural(list.length)} ${first.class.replace('-', ' ')}${first.reason === undefined ? '' : ` (${sanitise(first.reason)})`}:`;
      const lines = list.slice(0, MAX_LISTED).map((result) => {
        const why = result.message === undefined ? '' : `: ${result.message}`;
        return `  ${sanitise(`${targetName(result)}${why}`)}`;
      });
      const rest = list.length - lines.length;
      return [head, ...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n');
    });
}

const ORDER = ['timed-out', 'not-started', 'lost', 'not-attempted', 'skipped'];

function rank([first]: readonly TargetResult[]): number {
  return ORDER.indexOf(first?.class ?? '');
}

function groups(list: readonly ReportGroup[], diff: boolean): string[] {
  const reference = diff ? referenceGroup(list) : undefined;
  return list.map((group) => {
    const names = group.targets
      .slice(0, MAX_NAMES)
      .map((name) => sanitise(name))
      .join(', ');
    const rest = group.targets.length - MAX_NAMES;
    const code = group.exitCode === undefined ? '' : `, exit ${group.exitCode}`;
    const head = `${plural(group.count)}${code}: ${names}${rest > 0 ? ` and ${rest} more` : ''}`;
    const isOther = reference !== undefined && group !== reference;
    return [head, ...indent(isOther ? diffGroups(reference, group) : group.output)].join('\n');
  });
}

function indent(output: string): string[] {
  if (output === '') return ['  (no output)'];
  const lines = sanitiseText(output).replace(/\n$/, '').split('\n');
  const rest = lines.length - MAX_LINES;
  return [
    ...lines.slice(0, MAX_LINES).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  … ${rest} more lines`] : []),
  ];
}

function sums({ summary, started, finished, stopped }: Report): string {
  const parts = [
    [summary.passed, 'passed'],
    [summary.failed, 'failed'],
    [summary.timedOut, 'timed out'],
    [summary.notStarted, 'not started'],
    [summary.lost, 'lost'],
    [summary.skipped, 'skipped'],
    [summary.notAttempted, 'not attempted'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const seconds = (Date.parse(finished) - Date.parse(started)) / 1000;
  const why = stopped === undefined ? '' : `, stopped (${stopped})`;
  return `${plural(summary.targets)}: ${told.length === 0 ? 'nothing to do' : told.join(', ')} in ${seconds.toFixed(1)} s, coverage ${Math.floor(summary.coverage * 1000) / 10} %${why}`;
}

function plural(count: number): string {
  return `${count} ${count === 1 ? 'target' : 'targets'}`;
}
