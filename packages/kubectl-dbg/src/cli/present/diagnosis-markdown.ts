import type { Diagnosis, Finding } from '../../doctor/finding.ts';
import { targetName } from '../../doctor/target-name.ts';

/** Diagnoses as Markdown, for a ticket or a chat. */
export function diagnosisMarkdown(items: readonly Diagnosis[]): string {
  return items.map((item) => one(item)).join('\n');
}

function one({ target, verdict, findings, notChecked, rights }: Diagnosis): string {
  const causes = findings.filter(({ becauseOf }) => becauseOf.length === 0);
  const effects = findings.filter(({ becauseOf }) => becauseOf.length > 0);
  return [
    `## ${plain(targetName(target))}: ${verdict}`,
    '',
    ...causes.flatMap(section),
    ...list(
      'Consequences',
      effects.map(
        ({ id, title, becauseOf }) => `${id}: ${plain(title)} (because of ${becauseOf.join(', ')})`,
      ),
    ),
    ...list(
      'Not checked',
      notChecked.map(
        ({ what, right }) =>
          `${plain(what)}${right === undefined ? '' : `: needs the right to ${plain(right)}`}`,
      ),
    ),
    ...list(
      'Rights',
      rights.map(
        ({ what, allowed, missing }) =>
          `${what}: ${String(allowed)}${missing.length === 0 ? '' : ` (${plain(missing.join(', '))})`}`,
      ),
    ),
  ].join('\n');
}

function section({ id, title, confidence, evidence, next }: Finding): string[] {
  return [
    `### ${id}: ${plain(title)}`,
    '',
    ...(confidence === 'high' ? [] : [`Confidence: ${confidence}`, '']),
    ...evidence.map(({ object, path, value }) => `- ${code(`${object} ${path}`)}: ${code(value)}`),
    '',
    ...next.flatMap(({ text, risk, command }, index) => [
      `${index + 1}. [${risk}] ${plain(text)}`,
      ...(command === undefined ? [] : ['', ...fence(command), '']),
    ]),
    '',
  ];
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, '', ...lines.map((line) => `- ${line}`), ''];
}

/** Text with all markup escaped. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~!&]/g, '\\$&').replaceAll('\n', ' ');
}

/** As code, whatever it contains: the fence is longer than any run of backticks in it. */
function code(text: string): string {
  const line = text.replaceAll('\n', ' ⏎ ');
  const ticks = '`'.repeat(longestRun(line) + 1);
  return `${ticks}${/^`|`$/.test(line) ? ` ${line} ` : line}${ticks}`;
}

function fence(text: string): string[] {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`   ${ticks}sh`, `   ${text}`, `   ${ticks}`];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
