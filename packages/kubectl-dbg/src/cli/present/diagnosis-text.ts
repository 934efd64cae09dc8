import type { Diagnosis, Finding, RightAnswer } from '../../doctor/finding.ts';
import { targetName } from '../../doctor/target-name.ts';

const VERDICTS = {
  broken: 'broken',
  ok: 'nothing is broken',
  undecided: 'undecided: not everything could be read',
} as const;

/** Diagnoses as text: causes with evidence and next steps, their effects in one line each, then remarks. */
export function diagnosisText(items: readonly Diagnosis[]): string {
  const worst = [...items].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
  return worst.map((item) => one(item)).join('\n');
}

const ORDER = { broken: 0, undecided: 1, ok: 2 } as const;

function one({ target, verdict, findings, notChecked, rights }: Diagnosis): string {
  const causes = findings.filter(
    ({ becauseOf, level }) => becauseOf.length === 0 && (verdict !== 'ok' || level < 14),
  );
  const effects = findings.filter(({ becauseOf }) => becauseOf.length > 0);
  return [
    `${targetName(target)}: ${VERDICTS[verdict]}`,
    ...causes.flatMap((finding) => ['', ...paragraph(finding)]),
    ...(effects.length === 0 ? [] : ['', 'Consequences:']),
    ...effects.map(({ id, title, becauseOf }) => `  ${id}  ${title} (because of ${becauseOf.join(', ')})`),
    ...(notChecked.length === 0 ? [] : ['', 'Not checked:']),
    ...notChecked.map(
      ({ what, right }) => `  ${what}${right === undefined ? '' : `: needs the right to ${right}`}`,
    ),
    ...(rights.length === 0 ? [] : ['', 'What you may do:']),
    ...rights.map(rightLine),
    '',
  ].join('\n');
}

const SURENESS = {
  high: '',
  inferred: ' (inferred)',
  low: ' (not sure)',
  unknown: ' (cause unknown)',
} as const;

function paragraph({ id, title, confidence, evidence, next }: Finding): string[] {
  return [
    `${id}  ${title}${SURENESS[confidence]}`,
    ...evidence.flatMap(({ object, path, value }) => {
      const [first = '', ...more] = value.split('\n');
      return [`    ${object} ${path}: ${first}`, ...more.map((line) => `      ${line}`)];
    }),
    ...next.flatMap(({ text, risk, command, right }) => [
      `    [${risk}] ${text}${right === undefined ? '' : ` (needs the right to ${right})`}`,
      ...(command === undefined ? [] : [`        ${command}`]),
    ]),
  ];
}

function rightLine({ what, allowed, missing }: RightAnswer): string {
  const answer = allowed === true ? 'yes' : allowed === false ? 'no' : 'not known';
  return `  ${what.padEnd(20)} ${answer}${missing.length === 0 ? '' : `: ${allowed === false ? 'lacks ' : ''}${missing.join(', ')}`}`;
}
