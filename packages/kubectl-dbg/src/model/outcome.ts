import { sanitiseShort } from '../base/sanitise.ts';
import { ExitCode, SIGPIPE_EXIT } from './exit-code.ts';
import type { Failure } from './failure.ts';
import type { Address } from './plan.ts';

/** A container to attach to, and its streams. */
export interface AttachTarget {
  address: Address;
  stdin: boolean;
  tty: boolean;
}

/** The end of a session: exit code, messages and JSON are derived from this value. */
export type Outcome =
  /** `reason`: the reason in the container status unless it is Completed or Error, such as OOMKilled. */
  | { kind: 'exited'; code: number; reason?: string }
  | { kind: 'signalled'; signal: number; reason?: string }
  /** The process never ran. `reason`: the reason in the container status, such as ErrImagePull. */
  | { kind: 'never-started'; reason: string; message: string; failure: Failure }
  /** The user detached; the process keeps running. */
  | { kind: 'detached' }
  /** Nobody waits for the exit (`--attach=false`). */
  | { kind: 'created' }
  /** The end is unknown, or output is missing. `runsOn`: one can attach to the container again. */
  | { kind: 'lost'; message: string; reason?: string; failure: Failure; runsOn?: AttachTarget }
  /** Attach or exec was refused: by RBAC, a policy, or a proxy in front of the API server. */
  | { kind: 'refused'; message: string; failure: Failure; runsOn?: AttachTarget }
  /** The cluster's data about the pod violates the API, or is about another pod. */
  | { kind: 'protocol'; message: string; failure: Failure; runsOn?: AttachTarget }
  | { kind: 'timed-out'; message: string; failure: Failure }
  /** A signal to kubectl-dbg itself interrupted the session. */
  | { kind: 'interrupted'; signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' }
  /** The reader of our output closed it. */
  | { kind: 'broken-pipe' };

/** Shells report termination by signal n as 128 + n. */
const SIGNAL_BASE = 128;

const INTERRUPT_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/** The exit code of kubectl-dbg for an outcome. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code;
    case 'signalled':
      return SIGNAL_BASE + outcome.signal;
    case 'created':
    case 'detached':
      return ExitCode.ok;
    case 'never-started':
      return ExitCode.neverStarted;
    case 'lost':
      return ExitCode.lost;
    case 'refused':
      return ExitCode.refused;
    case 'protocol':
      return ExitCode.protocol;
    case 'timed-out':
      return ExitCode.deadline;
    case 'interrupted':
      return SIGNAL_BASE + INTERRUPT_NUMBERS[outcome.signal];
    case 'broken-pipe':
      return SIGPIPE_EXIT;
  }
}

/** A container's termination as a server reports it: any field may be missing or of the wrong type. */
export interface Termination {
  exitCode?: unknown;
  signal?: unknown;
  reason?: string;
  message?: string;
}

/** Linux has signals 1 to 64. */
const LAST_SIGNAL = 64;

/** Reasons that add nothing to the exit code. */
const PLAIN_REASONS: ReadonlySet<string | undefined> = new Set([undefined, '', 'Error', 'Completed']);

/**
 * A termination by signal is reported as exit code 128 + n (runc, containerd), rarely in `signal`. A value that is
 * neither an exit code (0 to 255) nor a signal (1 to 64) is `lost`: it is unknown how the process terminated.
 */
export function outcomeOfTermination(terminated: Termination): Outcome {
  const { exitCode, signal, reason, message } = terminated;
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return {
      kind: 'never-started',
      reason,
      message: message ?? 'the runtime could not start its process',
      failure: { code: 'ContainerNotStarted', facts: { container: '' } },
    };
  }
  const named = PLAIN_REASONS.has(reason) || reason === undefined ? {} : { reason };
  // The kubelet's reason, with an invented exit code, for a container that it could not find when the pod terminated.
  if (reason === 'ContainerStatusUnknown') {
    return lost('the node no longer knows how the container ended', named);
  }
  if (signal !== undefined && signal !== null && signal !== 0) {
    return isWhole(signal, 1, LAST_SIGNAL)
      ? { kind: 'signalled', signal, ...named }
      : lost(`the cluster reports an invalid signal, ${quote(signal)}`, named);
  }
  if (!isWhole(exitCode, 0, 255)) {
    return lost(`the cluster reports an invalid exit code, ${quote(exitCode)}`, named);
  }
  const fromCode = exitCode - SIGNAL_BASE;
  if (fromCode > 0 && fromCode <= LAST_SIGNAL) return { kind: 'signalled', signal: fromCode, ...named };
  return { kind: 'exited', code: exitCode, ...named };
}

function lost(message: string, named: { reason?: string }): Outcome {
  return { kind: 'lost', message, ...named, failure: { code: 'EndUnknown', facts: {} } };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** A value from a server, shortened and safe to print. */
function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  return sanitiseShort(typeof value === 'string' ? `"${value}"` : JSON.stringify(value), 40);
}
