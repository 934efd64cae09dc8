import type { DbgError } from '../errors.ts';
import { exitCodeOf } from '../session/outcome.ts';
import type { SessionReport } from '../session/session.ts';

/** A session as the document that `-o json` prints: stable field names, for scripts. Times are RFC 3339 in UTC. */
export function outcomeJson(report: SessionReport, extra: { workflow: string; created: number }): unknown {
  const { address, target, outcome, begun, phases, running, attached, ended, delivery } = report;
  const { kind, ...details } = outcome;
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
    },
  };
}

/** A failure before there was a session, as the same kind of document. */
export function failureJson({ exitCode, kind, message, remedy }: DbgError): unknown {
  return {
    apiVersion: 'kubectl-dbg/v1',
    kind: 'Outcome',
    outcome: 'failed',
    reason: kind,
    message,
    remedy,
    exitCode,
  };
}

function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}
