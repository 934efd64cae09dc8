import { sanitise } from '../base/sanitise.ts';
import { type Report, targetName } from '../model/report.ts';

/** GitHub shows ten annotations of a kind per step. */
const MAX_ANNOTATIONS = 10;

/** Maximum of targets named in one annotation. */
const MAX_NAMES = 5;

/** Workflow commands of GitHub Actions: one annotation per cause, not per target, because few are shown. */
export function toGitHub(report: Report): string {
  const causes = new Map<string, { level: 'error' | 'warning'; title: string; names: string[] }>();
  for (const result of report.results) {
    if (result.class === 'passed' || result.class === 'skipped') continue;
    const how =
      result.class === 'failed'
        ? result.signal === undefined
          ? `exit code ${result.exitCode}`
          : `signal ${result.signal}`
        : result.class.replace('-', ' ');
    const title = [how, result.reason].filter((part) => part !== undefined).join(': ');
    const cause = causes.get(title) ?? {
      level: result.class === 'not-attempted' ? 'warning' : 'error',
      title,
      names: [],
    };
    cause.names.push(targetName(result));
    causes.set(title, cause);
  }
  const lines = [...causes.values()]
    .toSorted((a, b) => b.names.length - a.names.length)
    .slice(0, MAX_ANNOTATIONS)
    .map(({ level, title, names }) => {
      const rest = names.length - MAX_NAMES;
      const message = `${names.length} of ${report.summary.targets}: ${names.slice(0, MAX_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
      return `::${level} title=${property(title)}::${data(message)}`;
    });
  const { passed, targets } = report.summary;
  return [...lines, `::notice title=kubectl dbg each::${data(`${passed} of ${targets} passed`)}`, ''].join(
    '\n',
  );
}

/** A command's message, escaped: a newline would start another command. */
function data(text: string): string {
  return sanitise(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
