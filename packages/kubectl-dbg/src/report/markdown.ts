import { sanitise, sanitiseText } from '../base/sanitise.ts';
import { type Report, type ReportGroup, type TargetResult, targetName } from '../model/report.ts';

/** Maximum of targets named in one line; the rest is counted. */
const MAX_NAMES = 10;

/** Maximum of characters of one group's output. */
const MAX_OUTPUT = 4_000;

/** Maximum of rows for targets that did not pass. A GitHub step summary is limited to 1 MiB. */
const MAX_ROWS = 500;

/** Markdown for a merge request or a step summary: the result, the failures, then the outputs, grouped. */
export function toMarkdown(report: Report): string {
  const { summary, groups, results } = report;
  const bad = results.filter(({ class: name }) => name !== 'passed' && name !== 'skipped');
  return [
    `# ${code(report.command.join(' '))} in ${summary.targets} ${summary.targets === 1 ? 'target' : 'targets'}`,
    '',
    ...table(
      ['passed', 'failed', 'timed out', 'not started', 'lost', 'skipped', 'not attempted', 'coverage'],
      [
        [
          summary.passed,
          summary.failed,
          summary.timedOut,
          summary.notStarted,
          summary.lost,
          summary.skipped,
          summary.notAttempted,
        ]
          .map(String)
          .concat(percent(summary.coverage)),
      ],
    ),
    '',
    `Image ${code(report.image)}, ${report.started} to ${report.finished}${report.stopped === undefined ? '' : `, stopped: ${report.stopped}`}.`,
    ...(bad.length === 0 ? [] : ['', '## Not passed', '', ...rowsOf(bad)]),
    ...(groups.length === 0 ? [] : ['', '## Outputs', ...groups.flatMap(sectionOf)]),
    '',
  ].join('\n');
}

function rowsOf(results: readonly TargetResult[]): string[] {
  const rows = results.slice(0, MAX_ROWS).map((result) => {
    const how = result.exitCode === undefined ? '' : ` (${result.exitCode})`;
    const why = [result.reason, result.message].filter((part) => part !== undefined).join(': ');
    return [code(targetName(result)), `${result.class}${how}`, text(why.slice(0, 300))];
  });
  const rest = results.length - rows.length;
  return [...table(['target', 'result', 'why'], rows), ...(rest > 0 ? ['', `… and ${rest} more`] : [])];
}

function sectionOf({ exitCode, count, targets, output }: ReportGroup): string[] {
  const names = targets.slice(0, MAX_NAMES).map(code).join(', ');
  const rest = targets.length - MAX_NAMES;
  const kept = sanitiseText(output.slice(0, MAX_OUTPUT));
  const shown = output.length > MAX_OUTPUT ? `${kept}\n…` : kept;
  // The fence is longer than any run of backticks in the text.
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [
    '',
    `### ${count} ${count === 1 ? 'target' : 'targets'}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`,
    '',
    `${names}${rest > 0 ? ` and ${rest} more` : ''}`,
    '',
    ...(output === '' ? ['No output.'] : [`${fence}text`, shown.replace(/\n$/, ''), fence]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Plain text with markup and HTML escaped. */
function text(value: string): string {
  return sanitise(value)
    .replace(/[\\`*_{}[\]()#+!|<>&~$@-]/g, '\\$&')
    .replaceAll('\\<', '&lt;');
}

/** A code span, also for text with backticks. In a table a bar would end the cell. */
function code(value: string): string {
  const shown = sanitise(value).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const quote = '`'.repeat(longest + 1);
  return longest === 0 ? `${quote}${shown}${quote}` : `${quote} ${shown} ${quote}`;
}

function percent(share: number): string {
  // Never 100 if something is missing.
  return `${Math.floor(share * 1000) / 10} %`;
}
