import { DbgError } from '../model/failure.ts';
import { type RulePage, rulePages } from './rules/index.ts';

/** The subject of each level. */
export const LEVELS: readonly string[] = [
  'There are no pods',
  'The pod is being deleted',
  'The pod was terminated as a whole',
  'The node',
  'The pod is not scheduled',
  'Sandbox, network, volumes, devices',
  'Init containers and sidecars',
  'The image',
  'The container cannot be created',
  'The container cannot be started',
  'The program terminated',
  'It is running but not ready',
  'It is ready but not reachable',
  'It works but is at risk',
];

/** The page of a rule, as `--explain` prints it. Throws DbgError `usage` for an unknown id. */
export function explainRule(id: string): string {
  const pages = rulePages();
  const page = pages.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  if (page !== undefined) return rulePage(page);
  throw new DbgError('usage', 'FindingUnknown', `no finding has the id ${JSON.stringify(id)}`, {
    id,
    known: pages.slice(0, 3).map((candidate) => candidate.id),
  });
}

/** A rule's page, in Markdown that is readable as text. */
export function rulePage({ id, name, level, shows, explain, severity }: RulePage): string {
  const kind = {
    note: 'A remark: nothing is broken.',
    effect: 'Usually follows from something else.',
    unknown: 'The cause could not be determined.',
    fault: '',
  };
  const remark = kind[severity ?? 'fault'];
  return [
    `# ${id}: ${name}`,
    '',
    `Level ${level}: ${LEVELS[level]?.toLowerCase()}.${remark === '' ? '' : ` ${remark}`}`,
    '',
    `**How it shows.** ${shows}`,
    '',
    `**What it means.** ${explain}`,
    '',
  ].join('\n');
}
