import { CATALOGUE, WITHOUT_RULE } from './catalogue.ts';
import { LEVELS, rulePage } from './explain.ts';
import { rulePages } from './rules/index.ts';

const GENERATED = '<!-- Written by scripts/diagnosis-docs.mjs from the rules; do not edit. -->';

/** The pages of docs/ that are generated from the rules, by path. */
export function renderDiagnosisDocs(): Record<string, string> {
  const pages = rulePages();
  const byLevel = LEVELS.map((title, level) => ({
    title,
    own: pages.filter((page) => page.level === level),
  }));
  const index = [
    '# Diagnosis',
    '',
    GENERATED,
    '',
    '`kubectl dbg doctor [TARGET]` reads, judges and says what is wrong; it writes nothing, and the right to `view` is enough.',
    'Each finding has an id; its page is here, and is printed by `kubectl dbg doctor --explain ID`.',
    '',
    'The lowest stage with a fault is the cause; what comes after it is shown as its effect. `confidence` says how sure a',
    'finding is: `high`; `inferred`, from neighbours and effects; `low`; `unknown`, if something is wrong and its cause could',
    'not be seen.',
    '',
    ...byLevel.flatMap(({ title, own }, level) => [
      `## ${level}: [${title}](level-${level}.md)`,
      '',
      ...own.map(({ id, name }) => `- ${id}: ${name}`),
      '',
    ]),
  ];
  const levels = byLevel.map(({ title, own }, level) => [
    `diagnosis/level-${level}.md`,
    [`# Level ${level}: ${title}`, '', GENERATED, '', ...own.map((page) => `#${rulePage(page)}`)].join('\n'),
  ]);
  return {
    'diagnosis/README.md': index.join('\n'),
    ...Object.fromEntries(levels),
    'reports/diagnosis-coverage.md': coverage(new Map(pages.map(({ id, name }) => [id, name]))),
  };
}

/** The entries of the catalogue that have a rule. */
function coverage(rules: ReadonlyMap<string, string>): string {
  const covered = CATALOGUE.filter((id) => rules.has(id));
  const own = [...rules.keys()].filter((id) => !CATALOGUE.includes(id));
  return [
    '# Which ways to be broken are recognised',
    '',
    GENERATED,
    '',
    `Of the ${CATALOGUE.length} entries of the catalogue that the rules are measured by, ${covered.length} have a rule; ${own.length} rules go beyond it. Each is tried with`,
    'fixtures: what it is to find, what looks like it, events that have expired, and events that may not be read.',
    '',
    '| id | rule |',
    '| --- | --- |',
    ...CATALOGUE.map(
      (id) => `| ${id} | ${rules.get(id) ?? `none: ${WITHOUT_RULE[id] ?? 'not built yet'}`} |`,
    ),
    '',
    '## Beyond the catalogue',
    '',
    '| id | rule |',
    '| --- | --- |',
    ...own.map((id) => `| ${id} | ${rules.get(id)} |`),
    '',
  ].join('\n');
}
