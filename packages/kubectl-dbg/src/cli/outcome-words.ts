import type { Outcome } from '../session/outcome.ts';

/** Text for the end of a session, or undefined where the exit code says it all. */
export function outcomeWords(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'exited':
    case 'created':
    case 'interrupted':
      return undefined;
    case 'signalled':
      return outcome.reason === undefined
        ? undefined
        : `the debug container was ended by signal ${outcome.signal} (${outcome.reason})`;
    case 'detached':
      return undefined;
    case 'never-started':
      return sentence(`${outcome.message} (${outcome.reason})`, outcome.remedy);
    case 'lost':
    case 'refused':
    case 'timed-out':
      return sentence(outcome.message, outcome.remedy);
  }
}

/** What failed, then what to do next, on one line. */
export function sentence(message: string, remedy: string | undefined): string {
  return remedy === undefined ? message : `${message.replace(/[.\s]+$/, '')}. ${remedy}`;
}
