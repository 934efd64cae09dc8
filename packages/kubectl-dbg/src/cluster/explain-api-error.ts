import { DbgError } from '../errors.ts';
import type { FailureKind } from '../errors.ts';
import type { ApiStatusError } from './api-status-error.ts';
import { forbiddenRemedy } from './forbidden.ts';

/** What the caller knows beside the error. */
export interface ApiErrorContext {
  /** What was being done, such as `add the debug container`: completes "cannot ...". */
  action?: string | undefined;
  /** Address of the server. */
  server?: string | undefined;
}

/**
 * What a refusal means to the user: one line in the server's words, the exit code's name and what to do. 401 and 403
 * are `refused`, and for 403 the remedy names the right to ask for.
 */
export function explainApiError(error: ApiStatusError, context: ApiErrorContext = {}): DbgError {
  const { kind, remedy } = meaning(error, context);
  const action = context.action === undefined ? '' : `cannot ${context.action}: `;
  return new DbgError(kind, `${action}${error.message}`, {
    ...(remedy === undefined ? {} : { remedy }),
    cause: error,
  });
}

function meaning(
  error: ApiStatusError,
  context: ApiErrorContext,
): { kind: FailureKind; remedy: string | undefined } {
  switch (error.code) {
    case 401:
      return {
        kind: 'refused',
        remedy: `Log in again: the server${context.server === undefined ? '' : ` ${context.server}`} does not know your credentials, or they have expired`,
      };
    case 403:
      return { kind: 'refused', remedy: forbiddenRemedy(error) };
    case 404:
      return {
        kind: 'notFound',
        remedy: error.details?.kind === 'nodes' ? 'Check its name' : 'Check the name, and the namespace (-n)',
      };
    case 408:
    case 504:
      return { kind: 'deadline', remedy: 'Try again later' };
    case 429:
      return { kind: 'unreachable', remedy: 'The server is overloaded; try again later' };
    case 409:
      return error.reason === 'AlreadyExists'
        ? { kind: 'usage', remedy: 'Choose another name, or delete what has it' }
        : { kind: 'refused', remedy: undefined };
    // The server finds fault with what was asked for: nothing was written.
    case 400:
    case 413:
    case 422:
      return { kind: 'usage', remedy: 'Correct the command line, or the file it names' };
    default:
      return error.code >= 500
        ? { kind: 'unreachable', remedy: 'The server is in trouble; try again later' }
        : { kind: 'refused', remedy: undefined };
  }
}
