import type { Report, TargetResult } from '../model/report.ts';

/** Readers show little of an output; the complete output is in its file. */
const MAX_SYSTEM_OUT = 16 * 1024;

/**
 * JUnit XML as Jenkins, GitLab and GitHub read it: a command's own failure is a `<failure>`, a target that could not be
 * run an `<error>`. GitLab shows neither the suite's name nor the message attribute, so the class name contains the
 * workload and the element's text the reason.
 */
export function toJUnit(report: Report): string {
  const { summary, results } = report;
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);
  const counts = [
    `tests="${summary.targets}"`,
    `failures="${summary.failed + summary.timedOut}"`,
    `errors="${summary.notStarted + summary.lost}"`,
    `skipped="${summary.skipped + summary.notAttempted}"`,
    `time="${seconds(Date.parse(report.finished) - Date.parse(report.started))}"`,
    `timestamp="${xml(report.started)}"`,
  ].join(' ');
  const cases = results.map((result) => {
    const name = [result.pod, result.container].filter((part) => part !== '').join('/');
    const className = `${result.namespace}.${(result.owner ?? `Pod/${result.pod}`).replace('/', '.')}`;
    const head = `    <testcase classname="${xml(className)}" name="${xml(name)}" time="${seconds(result.milliseconds)}"`;
    const inner = `${verdict(result)}${systemOut(result)}`;
    return inner === '' ? `${head}/>` : `${head}>\n${inner}    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubectl-dbg" ${counts}>`,
    `  <testsuite name="${xml(report.command.join(' '))}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function verdict(result: TargetResult): string {
  const why = [result.reason, result.message].filter((part) => part !== undefined).join(': ');
  const element = (name: string, type: string) => {
    const text = why === '' ? type : why;
    return `      <${name} type="${xml(type)}" message="${xml(text)}">${xml(text)}</${name}>\n`;
  };
  switch (result.class) {
    case 'passed':
      return '';
    case 'failed':
      return element(
        'failure',
        result.signal === undefined ? `exit code ${result.exitCode}` : `signal ${result.signal}`,
      );
    case 'timed-out':
      return element('failure', 'timeout');
    case 'not-started':
    case 'lost':
      return element('error', result.class);
    case 'skipped':
    case 'not-attempted':
      return `      <skipped message="${xml(result.class === 'skipped' ? why : `not attempted${why === '' ? '' : `: ${why}`}`)}"/>\n`;
  }
}

function systemOut({ output = '', outputFile, bytes }: TargetResult): string {
  if (output === '' && outputFile === undefined) return '';
  const kept = output.slice(0, MAX_SYSTEM_OUT);
  const rest =
    kept.length < output.length || outputFile !== undefined
      ? `\n[${bytes} bytes in all${outputFile === undefined ? '' : `: ${outputFile}`}]`
      : '';
  return `      <system-out>${xml(kept + rest)}</system-out>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

/** Characters that XML 1.0 cannot represent, including lone surrogates. */
const NOT_XML = /[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/gu;

/** Text for an element or an attribute. Characters that XML cannot represent are written as `\xNN`. */
export function xml(text: string): string {
  return text
    .replace(NOT_XML, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)
    .replace(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character);
}
