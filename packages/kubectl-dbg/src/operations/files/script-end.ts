import type { Outcome } from '../../model/outcome.ts';

/** How a script ended. */
export type ScriptEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'lost' | 'refused' | 'neverStarted'; message: string };

/** The same for a session in a debug container. */
export function endOfOutcome(outcome: Outcome): ScriptEnd {
  switch (outcome.kind) {
    case 'exited':
      return { kind: 'exited', code: outcome.code };
    case 'refused':
      return { kind: 'refused', message: outcome.message };
    case 'never-started':
      return { kind: 'neverStarted', message: outcome.message };
    case 'signalled':
      return { kind: 'lost', message: `it was terminated by signal ${outcome.signal}` };
    default:
      return { kind: 'lost', message: 'message' in outcome ? outcome.message : outcome.kind };
  }
}
