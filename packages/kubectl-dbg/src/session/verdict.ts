import type { CommandEnd } from 'kubectl-dbg-wire';
import { explainApiError } from '../cluster/index.ts';
import { DbgError, type Failure, failureOf } from '../model/failure.ts';
import { type AttachTarget, type Outcome, outcomeOfTermination } from '../model/outcome.ts';
import type { Way } from './open-failure.ts';
import { endWords, isStartFailure, startFailure } from './endings.ts';
import { readPodEnd } from './pod-end.ts';
import type { EndReason } from './session-end.ts';
import { isApiStatusError } from './status-code.ts';
import type { SessionAddress } from './session-options.ts';
import type { DeliveryReport } from './stream/deliver.ts';
import { endOfRun } from './wait/container-run.ts';
import type { DiagnosisContext } from './wait/diagnosis.ts';
import type { TrackedPod } from './wait/pod-tracker.ts';

const INPUT_CUT = 'the connection broke before all of the input was sent';

/** What is known about a finished session. */
export interface SessionFacts {
  address: SessionAddress;
  stdin: boolean;
  tty: boolean;
  end: EndReason;
  /** The last seen state of the pod. */
  seen: TrackedPod;
  /** The run of the container that was followed; undefined if it had terminated before. */
  run?: string | undefined;
  context: DiagnosisContext;
  /** The delivered output; undefined if there was none. */
  delivery?:
    | (Pick<DeliveryReport, 'lost'> & Partial<Pick<DeliveryReport, 'mayRepeat' | 'logFailure'>>)
    | undefined;
  /** The stream ended without a status before all of the input was sent. */
  inputCut?: boolean | undefined;
  /** With exec: how the command ended, if known. */
  exec?: { end: CommandEnd | undefined } | undefined;
  /** How the command was run; with `exec` there is only a sleeper to attach to. Default: attach. */
  way?: Way | undefined;
}

/**
 * Derives a session's outcome from its facts. Never a success unless the container, or the exec, was seen to end like
 * that.
 */
export function judge(facts: SessionFacts): Outcome {
  const { end } = facts;
  switch (end.kind) {
    case 'aborted':
      return outcomeOfAbort(end.reason);
    case 'detached':
      return { kind: 'detached' };
    case 'output-closed':
      return outcomeOfOutput(end.error);
    case 'input-unreadable':
      return lost(facts, `cannot read stdin: ${end.why}`, { code: 'InputUnreadable', facts: {} });
    case 'input-cut':
      return lost(facts, because(facts, INPUT_CUT), inputCut(facts, false));
    case 'not-opened': {
      const { kind, message, failure } = end.failure;
      return { kind, message: because(facts, message, '; '), failure, ...runsOn(facts) };
    }
    case 'pod-unknown': {
      const error = isApiStatusError(end.error)
        ? explainApiError(end.error, { action: `watch pod ${facts.address.pod}` })
        : end.error;
      if (error instanceof DbgError && (error.kind === 'protocol' || error.kind === 'refused')) {
        const message = `lost ${who(facts)}: ${error.message}`;
        return { kind: error.kind, message, failure: failureOf(error), ...runsOn(facts) };
      }
      const why = error instanceof DbgError ? ` (${error.message})` : '';
      return lost(facts, `lost ${who(facts)}: the cluster stopped answering${why}`);
    }
    case 'input-ended': {
      const { container } = facts.address;
      const why = `the end of the input ended the attach, but not container ${container}, which was created to outlive its input`;
      return lost(facts, because(facts, why));
    }
    case 'end-unknown':
      return lost(facts, because(facts, `lost ${who(facts)}: the cluster does not say how it ended`));
    case 'delivered':
      return facts.exec === undefined ? ofContainer(facts) : ofExec(facts, facts.exec.end);
  }
}

function ofExec(facts: SessionFacts, end: CommandEnd | undefined): Outcome {
  switch (end?.kind) {
    case 'success':
      return { kind: 'exited', code: 0 };
    case 'exit':
      return withPodReason(outcomeOfTermination({ exitCode: end.code }), facts.seen);
    case 'failure':
      return isStartFailure(end.message)
        ? startFailure(end.message, facts.context)
        : lost(facts, because(facts, `lost ${who(facts)}: ${end.message}`));
    case undefined: {
      const why = 'the connection broke, and a command run by exec cannot be resumed';
      const failure: Failure = { code: 'ExecLost', facts: containerOf(facts) };
      return {
        kind: 'lost',
        ...reason(facts),
        message: because(facts, `lost ${who(facts)}: ${why}`),
        failure,
      };
    }
  }
}

function ofContainer(facts: SessionFacts): Outcome {
  const { address, seen, delivery, tty } = facts;
  const terminated = endOfRun(seen.pod, address.container, facts.run);
  if (terminated === undefined) {
    if (!seen.deleted)
      return lost(facts, because(facts, `lost ${who(facts)}: the cluster does not say how it ended`));
    const why = `pod ${address.pod} was deleted during the session`;
    return lost(facts, isOnlyDeleted(seen) ? why : because(facts, why));
  }
  const ended = outcomeOfTermination(terminated);
  if (ended.kind === 'never-started') return startFailure(ended.message, facts.context);
  if (ended.kind === 'lost') {
    return { ...lost(facts, `lost ${who(facts)}: ${ended.message}`), ...reasonOf(ended) };
  }
  const outcome = withPodReason(ended, seen);
  // It may have taken a part of the input for all of it.
  if (facts.inputCut === true && outcome.kind === 'exited') {
    return {
      kind: 'lost',
      message: because(facts, `${INPUT_CUT} (it ${endWords(outcome)})`),
      failure: inputCut(facts, true),
    };
  }
  if (tty || delivery === undefined) return outcome;
  const { lost: missing, mayRepeat = false, logFailure } = delivery;
  if (missing === 0 && !mayRepeat) return outcome;
  const part = missing === 'unknown' ? 'an unknown part' : `${missing} bytes`;
  const flaw = mayRepeat
    ? `part of the output of container ${address.container} may be missing or come twice`
    : `${part} of the output of container ${address.container} could not be read`;
  return {
    kind: 'lost',
    message: `${flaw} (it ${endWords(outcome)})${logFailure === undefined ? '' : `: its log could not be read: ${logFailure}`}`,
    failure: { code: 'OutputIncomplete', facts: { address } },
  };
}

/** A container that was terminated with its pod: the pod's reason says more than the signal. */
function withPodReason(outcome: Outcome, { pod }: TrackedPod): Outcome {
  const end = readPodEnd(pod);
  if (end === undefined) return outcome;
  const isPlain = (outcome.kind === 'exited' && outcome.code !== 0) || outcome.kind === 'signalled';
  return isPlain && outcome.reason === undefined ? { ...outcome, reason: end.reason } : outcome;
}

/** The reasons of an abort are the classes of model/interruption, distinguished by their names. */
function outcomeOfAbort(reason: unknown): Outcome {
  const name = reason instanceof Error ? reason.name : '';
  if (name === 'Interrupted' && isEndingSignal(reason)) return { kind: 'interrupted', signal: reason.signal };
  if (name === 'BrokenPipe') return { kind: 'broken-pipe' };
  const words = reason instanceof Error ? reason.message : 'the session was aborted';
  return { kind: 'lost', message: words, failure: { code: 'SessionAborted', facts: {} } };
}

function isEndingSignal(reason: unknown): reason is { signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' } {
  const signal = (reason as { signal?: unknown } | null)?.signal;
  return typeof signal === 'string' && /^SIG(INT|TERM|HUP|QUIT)$/.test(signal);
}

function outcomeOfOutput(error: Error | undefined): Outcome {
  if (error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE')
    return { kind: 'broken-pipe' };
  return {
    kind: 'lost',
    message: `cannot write the output: ${error.message}`,
    failure: { code: 'OutputUnwritable', facts: {} },
  };
}

function who({ address }: SessionFacts): string {
  return `the session with container ${address.container} of pod ${address.pod}`;
}

/** The end of the pod explains most broken connections. */
function because({ seen, address }: SessionFacts, why: string, separator = ': '): string {
  const end = readPodEnd(seen.pod);
  if (end === undefined) return why;
  return `${why}${separator}pod ${address.pod} ${seen.deleted && isOnlyDeleted(seen) ? 'was deleted' : end.words}`;
}

/** Whether nothing but its deletion is known about the end of a pod. */
function isOnlyDeleted({ pod }: TrackedPod): boolean {
  const reason = readPodEnd(pod)?.reason;
  return reason === undefined || reason === 'Deleted';
}

function lost(
  facts: SessionFacts,
  message: string,
  failure: Failure = { code: 'SessionLost', facts: containerOf(facts) },
): Extract<Outcome, { kind: 'lost' }> {
  const more = facts.seen.deleted ? {} : runsOn(facts);
  return { kind: 'lost', message, ...reason(facts), failure, ...more };
}

function inputCut(facts: SessionFacts, ended: boolean): Failure {
  return { code: 'InputCut', facts: { ...containerOf(facts), ended } };
}

function containerOf({ address: { container } }: SessionFacts): { container: string } {
  return { container };
}

function reason({ seen }: SessionFacts): { reason?: string } {
  const end = readPodEnd(seen.pod);
  return end === undefined ? {} : { reason: end.reason };
}

/** The container that runs on. A container that only slept terminates with its command. */
function runsOn({ way, address, stdin, tty }: SessionFacts): { runsOn?: AttachTarget } {
  return way === 'exec' ? {} : { runsOn: { address, stdin, tty } };
}

function reasonOf(outcome: { reason?: string }): { reason?: string } {
  return outcome.reason === undefined ? {} : { reason: outcome.reason };
}
