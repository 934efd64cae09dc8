import { sanitiseShort } from '../base/sanitise.ts';
import { DbgError } from '../model/failure.ts';
import type { FactsOf, KindOf } from '../model/failures/index.ts';
import type { ApiFailures } from '../model/failures/api.ts';
import { isAdmissionDenial, olderContainerAtFault } from './admission-denial.ts';
import type { ApiStatusError } from './api-status-error.ts';
import { describeCall } from './describe-call.ts';
import { explainForeignRefusal } from './foreign-refusal.ts';
import { groundOf } from './forbidden.ts';

/** What the caller knows besides the error. */
export interface ApiErrorContext {
  /** The action that failed, such as `add the debug container`: completes "cannot ...". */
  action?: string | undefined;
  /** Address of the server. */
  server?: string | undefined;
  /** Names of the debug container that is being added, and of the existing ones. */
  containers?: { added: string; older: readonly string[] } | undefined;
}

/** Facts of a code in addition to the server's response. */
type OwnFacts<C extends keyof ApiFailures> = Omit<FactsOf<C>, 'status' | 'reason' | 'action'>;

/** The meaning of an error, without its action. */
export type ApiErrorMeaning = {
  [C in keyof ApiFailures]: {
    kind: KindOf<C>;
    code: C;
    /** Default: the error's own. */
    message?: string;
    facts: OwnFacts<C>;
  };
}[keyof ApiFailures];

/**
 * The meaning of a refusal: one line with the server's message, the name of the exit code and a code. 401 and 403 are
 * `refused`, and so are denials by a policy of the cluster, with any status code. A right is missing only if a Status
 * says so; other responses come from a proxy, which is named.
 */
export function explainApiError(error: ApiStatusError, context: ApiErrorContext = {}): DbgError {
  const { kind, code, message = error.message, facts } = meaning(error, context);
  const action = context.action ?? (UNSAID.has(code) ? actionOf(error) : undefined);
  const said = { status: error.code, reason: error.reason, ...(action === undefined ? {} : { action }) };
  const prefix = action === undefined ? '' : `cannot ${action}: `;
  const all = { ...said, ...facts } as FactsOf<keyof ApiFailures>;
  return new DbgError<keyof ApiFailures>(kind, code, `${prefix}${message}`, all, { cause: error });
}

/** Failures whose message does not say what was asked for. */
const UNSAID: ReadonlySet<string> = new Set<keyof ApiFailures>([
  'ServerTimeout',
  'ServerOverloaded',
  'ServerError',
  'Conflict',
  'RequestRefused',
]);

/** What was asked for, in the terms of authorization: completes "cannot ...". */
function actionOf({ call }: ApiStatusError): string | undefined {
  const asked = describeCall(call.method, call.path);
  if (asked === undefined) return undefined;
  const { verb, resource, subresource, name, namespace } = asked;
  const what = `${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const which = name === undefined ? '' : ` "${name}"`;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return sanitiseShort(`${verb} ${what}${which}${where}`, 300);
}

function meaning(error: ApiStatusError, context: ApiErrorContext): ApiErrorMeaning {
  return (
    explainForeignRefusal(error, context.server) ??
    (isAdmissionDenial(error) ? denial(error, context) : meaningOfCode(error, context))
  );
}

function denial(error: ApiStatusError, { containers }: ApiErrorContext): ApiErrorMeaning {
  const older = containers && olderContainerAtFault(error.serverMessage, containers.added, containers.older);
  return {
    kind: 'refused',
    code: 'AdmissionDenied',
    facts: {
      ...(error.code === 403 ? groundOf(error) : { ground: 'unknown' }),
      ...(older === undefined ? {} : { olderContainer: older }),
      connects: /\/(attach|exec)\?|\/(attach|exec)$/.test(error.call.path),
    },
  };
}

function meaningOfCode(error: ApiStatusError, { server }: ApiErrorContext): ApiErrorMeaning {
  const { details, call } = error;
  switch (error.code) {
    case 401:
      return {
        kind: 'refused',
        code: 'Unauthorized',
        facts: {
          ...(server === undefined ? {} : { server }),
          ...(call.identity === undefined ? {} : { identity: call.identity }),
          ...(call.flaw === undefined ? {} : { flaw: call.flaw }),
        },
      };
    case 403:
      return { kind: 'refused', code: 'Forbidden', facts: { ...groundOf(error), silent: false } };
    case 404:
      return {
        kind: 'notFound',
        code: 'ObjectNotFound',
        facts: {
          ...(details?.kind === undefined ? {} : { resource: details.kind }),
          ...(details?.name === undefined ? {} : { name: details.name }),
        },
      };
    case 408:
    case 504:
      return { kind: 'deadline', code: 'ServerTimeout', facts: {} };
    case 429:
      return { kind: 'unreachable', code: 'ServerOverloaded', facts: {} };
    case 409:
      return error.reason === 'AlreadyExists'
        ? { kind: 'usage', code: 'AlreadyExists', facts: {} }
        : { kind: 'refused', code: 'Conflict', facts: {} };
    // The server's own validation failed: nothing was written.
    case 400:
    case 413:
    case 422:
      return { kind: 'usage', code: 'RequestInvalid', facts: {} };
    default:
      return error.code >= 500
        ? {
            kind: 'unreachable',
            code: 'ServerError',
            facts: { webhook: /failed calling webhook/.test(error.serverMessage) },
          }
        : { kind: 'refused', code: 'RequestRefused', facts: {} };
  }
}
