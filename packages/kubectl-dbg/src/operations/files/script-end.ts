import { DbgError, type Failure } from '../../model/failure.ts';
import type { Outcome } from '../../model/outcome.ts';

/** How a script ended. */
export type ScriptEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'lost' | 'refused' | 'neverStarted' | 'timedOut'; message: string; failure?: Failure };

/** The same for a session in a debug container. */
export function endOfOutcome(outcome: Outcome): ScriptEnd {
  switch (outcome.kind) {
    case 'exited':
      return { kind: 'exited', code: outcome.code };
    case 'refused':
      return { kind: 'refused', ...wordsOf(outcome) };
    case 'never-started':
      return { kind: 'neverStarted', ...wordsOf(outcome) };
    case 'timed-out':
      return { kind: 'timedOut', ...wordsOf(outcome) };
    case 'lost':
    case 'protocol':
      return { kind: 'lost', ...wordsOf(outcome) };
    case 'signalled':
      return { kind: 'lost', message: `it was terminated by signal ${outcome.signal}` };
    default:
      return { kind: 'lost', message: outcome.kind };
  }
}

function wordsOf({ message, failure }: { message: string; failure: Failure }) {
  return { message, failure };
}

/**
 * Why what runs in a debug container did not even start; undefined if it may have.
 *
 * @param what completes "could not"
 */
export function startFailure(end: ScriptEnd, what: string): DbgError | undefined {
  if (end.kind === 'exited' || end.kind === 'lost') return undefined;
  const message = `could not ${what}: ${end.message}`;
  const facts = { why: end.message, ...(end.failure === undefined ? {} : { failure: end.failure }) };
  switch (end.kind) {
    case 'neverStarted':
      return new DbgError('neverStarted', 'HelperNotStarted', message, facts);
    case 'timedOut':
      return new DbgError('deadline', 'HelperTimedOut', message, facts);
    case 'refused':
      return new DbgError('refused', 'HelperRefused', message, facts);
  }
}
