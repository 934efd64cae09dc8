import { type DbgError, failureOf } from '../../model/failure.ts';
import { exitCodeOf } from '../../model/outcome.ts';
import type { Words } from '../messages/words.ts';
import type { SessionReport } from '../../session/session.ts';

/**
 * A session as the document of `-o json`: stable field names, for scripts. Times are RFC 3339 in UTC.
 *
 * @param words the text about a failed session for the user
 */
export function outcomeJson(
  report: SessionReport,
  extra: { workflow: string; created: number },
  words?: Words,
): unknown {
  const { address, target, outcome, begun, phases, running, attached, ended, delivery } = report;
  const { kind, runsOn: _, ...details } = { runsOn: undefined, ...outcome };
  return {
    apiVersion: 'kubectl-dbg/v1',
    kind: 'Outcome',
    workflow: extra.workflow,
    namespace: address.namespace,
    pod: address.pod,
    container: address.container,
    target,
    outcome: kind,
    ...details,
    ...words,
    exitCode: exitCodeOf(outcome),
    started: time(running),
    finished: time(ended),
    milliseconds: {
      write: begun - extra.created,
      ...phases,
      attach: attached === undefined || running === undefined ? undefined : attached - running,
      total: ended - extra.created,
    },
    bytes: {
      stdout: delivery?.stdout ?? 0,
      stderr: delivery?.stderr ?? 0,
      fromLog: delivery?.fromLog ?? 0,
      inexact: delivery?.inexact ?? false,
      lost: delivery?.lost ?? 0,
      mayRepeat: delivery?.mayRepeat ?? false,
    },
  };
}

/** A failure before there was a session, as the same kind of document. */
export function failureJson(error: DbgError, { message, remedy }: Words): unknown {
  const { exitCode, kind } = error;
  return {
    apiVersion: 'kubectl-dbg/v1',
    kind: 'Outcome',
    outcome: 'failed',
    reason: kind,
    failure: failureOf(error),
    message,
    remedy,
    exitCode,
  };
}

function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}
