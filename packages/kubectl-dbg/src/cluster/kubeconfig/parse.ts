import type { BaseIssue } from 'valibot';
import { describeIssue } from '../../base/describe-issue.ts';
import { mayHoldMore, MOST_VALUES } from '../../base/yaml-size.ts';
import type { DbgError } from '../../model/failure.ts';
import { configurationError } from './configuration-error.ts';
import type { Entry, Kubeconfig } from './kubeconfig.ts';

/**
 * Parses one kubeconfig file. Throws DbgError `configuration` that names the file and the invalid entry.
 *
 * @param file its absolute path, to which relative paths in it are relative
 */
export async function parseKubeconfig(content: string, file: string): Promise<Kubeconfig> {
  const document = await parseDocument(content, file);
  // An empty file is a kubeconfig without entries, as in kubectl.
  const { safeParse, kubeconfigSchema } = await import('./schemas.ts');
  const result = safeParse(kubeconfigSchema, document ?? {}, { abortEarly: true });
  if (!result.success) throw invalidEntry(result.issues[0], file);
  const { clusters, users, contexts, 'current-context': current } = result.output;
  return {
    clusters: byName('clusters', clusters, ({ cluster }) => cluster, file),
    users: byName('users', users, ({ user }) => user, file),
    contexts: byName('contexts', contexts, ({ context }) => context, file),
    currentContext: current === '' ? undefined : current,
  };
}

/** JSON needs no YAML parser, which would slow down each start. */
async function parseDocument(content: string, file: string): Promise<unknown> {
  if (mayHoldMore(content, MOST_VALUES)) {
    throw configurationError(file, `holds more than ${MOST_VALUES} values`, 'syntax');
  }
  if (content.trimStart().startsWith('{')) {
    try {
      return JSON.parse(content) as unknown;
    } catch {
      // YAML's flow style begins with a brace too
    }
  }
  const { load, YAMLException } = await import('js-yaml');
  try {
    return load(content);
  } catch (error) {
    if (content.trim() === '') return undefined;
    // The exception's own message quotes lines of the file, which may contain secrets.
    const mark = error instanceof YAMLException ? error.mark : undefined;
    const place = mark === undefined ? '' : ` (line ${mark.line + 1}, column ${mark.column + 1})`;
    // Up to the first quotation mark or bracket: after it the reason quotes the file.
    const reason = error instanceof YAMLException ? `: ${error.reason.split(/["'<`]/)[0]?.trim()}` : '';
    throw configurationError(file, `is not valid YAML${place}${reason}`, 'syntax');
  }
}

/** Names the entry rather than its number: `cluster "a": server must be a string, not a number`. */
function invalidEntry(issue: BaseIssue<unknown>, file: string): DbgError {
  const [, item, entry, first, ...rest] = issue.path ?? [];
  const { name = '' } = (item?.value ?? {}) as { name?: string };
  if (entry === undefined || entry.key === 'name') {
    return configurationError(file, describeIssue(issue, 'its content'), 'syntax');
  }
  const problem = describeIssue({ ...issue, path: first === undefined ? undefined : [first, ...rest] }, 'it');
  return configurationError(file, `${String(entry.key)} "${name}": ${problem}`, 'entry');
}

function byName<I extends { name: string }, T>(
  list: string,
  items: readonly I[],
  valueOf: (item: I) => T,
  file: string,
): Map<string, Entry<T>> {
  const found = new Map<string, Entry<T>>();
  for (const item of items) {
    const { name } = item;
    if (found.has(name)) throw configurationError(file, `${list} has two entries "${name}"`, 'duplicate');
    found.set(name, { name, file, value: valueOf(item) });
  }
  return found;
}
