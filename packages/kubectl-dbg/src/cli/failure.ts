import type { DbgError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { sentence } from './outcome-words.ts';

/** The one line that a user reads of a failure, before it is made visible (sanitised). */
export function describeFailure(error: DbgError): string {
  return `error: ${sentence(error.message, error.remedy)}`;
}

/** What is said of an error that should not exist: enough to report it, nothing that could hold a secret. */
export function describeBug(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  const message = error instanceof Error ? error.message.split('\n', 1)[0] : '';
  const place =
    error instanceof Error
      ? /\(?([^()\s]+:\d+:\d+)\)?$/m.exec(error.stack ?? '')?.[1]?.replace(/^.*\//, '')
      : undefined;
  return `error: a bug in kubectl-dbg ${VERSION}: ${name}: ${message ?? ''}${
    place === undefined ? '' : ` (at ${place})`
  }. Please report it with the command line`;
}
