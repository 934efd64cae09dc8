import { DbgError } from '../../model/failure.ts';
import type { CopyWay } from '../../model/failures/files.ts';

/** Maximum length of a reason, in characters. */
const MAX_REASON = 100;

/** Why a way does not work, from the first line of its script; undefined if it works. */
export function unfitness(
  kind: string,
  facts: readonly string[],
  { path, way }: { path: string; way: CopyWay },
): DbgError | undefined {
  const where = way === 'exec' ? 'the container' : "the debug container's image";
  if (kind === 'lacking') {
    const tool = /^[\w.-]+$/.exec(facts[0] ?? '')?.[0] ?? 'a tool';
    return new DbgError('usage', 'CopyToolMissing', `${where} has no ${tool}`, { tool, way });
  }
  if (kind !== 'unreadable' && kind !== 'unwritable') return undefined;
  const right = kind === 'unreadable' ? 'read' : 'write';
  const who = way === 'exec' ? "the container's user" : "the debug container's user";
  const why = facts.join(' ').slice(0, MAX_REASON);
  const words = `${who} may not ${right} ${path}${why === '' ? '' : `: ${why}`}`;
  return new DbgError('lost', 'RemotePathDenied', words, {
    path,
    way,
    right,
    isReadOnly: /read-only/i.test(why),
  });
}

/** Whether another way would fail too. */
export function isFinal(unfit: DbgError): boolean {
  return unfit.is('RemotePathDenied') && unfit.facts.isReadOnly;
}

/** Whether an error means that a way does not work. */
export function isUnfit(error: unknown): error is DbgError {
  return error instanceof DbgError && error.is('CopyToolMissing');
}
