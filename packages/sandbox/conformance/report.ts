import type { ScenarioResult } from './run.ts';

/** Descriptions of the groups of recordings. */
const GROUPS: Readonly<Record<string, string>> = {
  A: 'Discovery and protocol',
  B: 'Pods',
  C: 'Ephemeral containers',
  D: 'Lifecycle',
  E: 'Logs',
  F: 'Exec and attach',
  G: 'Authorization',
  H: 'Workloads',
  I: 'What kubectl sends',
};

interface GroupRow {
  group: string;
  passed: number;
  failed: number;
  outOfScope: number;
}

function groupRows(results: readonly ScenarioResult[]): GroupRow[] {
  const rows = new Map<string, GroupRow>();
  for (const { recording, outcome } of results) {
    const key = recording.group;
    const row = rows.get(key) ?? { group: GROUPS[key] ?? key, passed: 0, failed: 0, outOfScope: 0 };
    if (outcome === 'passed') row.passed += 1;
    else if (outcome === 'failed') row.failed += 1;
    else row.outOfScope += 1;
    rows.set(key, row);
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** The last line, which scripts parse. */
export function closingLine(results: readonly ScenarioResult[]): string {
  const count = (outcome: ScenarioResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return `${count('passed')} passed, ${count('failed')} failed`;
}

function repeatedLine(results: readonly ScenarioResult[]): string[] {
  const names = results
    .filter(({ repeated, outcome }) => repeated === true && outcome === 'passed')
    .map(({ recording }) => recording.name);
  return names.length === 0 ? [] : [`passed at the second attempt: ${names.join(', ')}`];
}

/** The table and the first difference of each scenario that failed, for a terminal. */
export function textReport(results: readonly ScenarioResult[]): string {
  const rows = groupRows(results);
  const width = Math.max(...rows.map(({ group }) => group.length), 5);
  const line = (name: string, ...cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}  ${cells.map((cell) => String(cell).padStart(12)).join('')}`;
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  const skipped = results.filter(({ outcome }) => outcome === 'out of scope');
  return [
    ...failures.map(({ recording, detail }) => `FAILED ${recording.name}: ${detail ?? ''}`),
    ...skipped.map(({ recording, detail }) => `OUT OF SCOPE ${recording.name}: ${detail ?? ''}`),
    '',
    line('group', 'passed', 'failed', 'out of scope'),
    ...rows.map(({ group, passed, failed, outOfScope }) => line(group, passed, failed, outOfScope)),
    '',
    ...repeatedLine(results),
    closingLine(results),
  ].join('\n');
}

/** The report as a page of the documentation. */
export function markdownReport(results: readonly ScenarioResult[], runtime: string): string {
  const rows = groupRows(results).map(
    ({ group, passed, failed, outOfScope }) => `| ${group} | ${passed} | ${failed} | ${outOfScope} |`,
  );
  const listed = (outcome: ScenarioResult['outcome']): string[] =>
    results
      .filter((result) => result.outcome === outcome)
      .map(
        ({ recording, detail = '' }) =>
          `- \`${recording.name}\`: ${recording.about}${outcome === 'failed' ? `\n  - ${code(detail)}` : ` ${detail}`}`,
      );
  return [
    '# Conformance of the sandbox',
    '',
    'Every scenario that was recorded from a real Kubernetes v1.36.2 API server is replayed against a fresh sandbox:',
    'the same requests by the same users, in the same order. Status, headers that matter and bodies must be the same;',
    'uids, times, resourceVersions, addresses, drawn names and sizes of the machine are compared by their shape. Of',
    'watches the order of events and states is compared, of WebSockets the bytes of each channel and the end.',
    '',
    `This page is written by \`npm run conformance\` (runtime of this run: ${runtime}).`,
    '',
    '| group | passed | failed | out of scope |',
    '|---|--:|--:|--:|',
    ...rows,
    '',
    `**${closingLine(results)}**`,
    '',
    '## Failing',
    '',
    ...orNone(listed('failed')),
    '',
    '## Out of scope',
    '',
    ...orNone(listed('out of scope')),
    '',
  ].join('\n');
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['None.'] : lines;
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('\n', String.raw`\n`)}\``;
}
