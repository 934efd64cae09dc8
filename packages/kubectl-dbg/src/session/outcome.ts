import { ExitCode } from '../errors.ts';

/** How a session ended: the one value that the exit code, the words and the JSON are read off. */
export type Outcome =
  | { kind: 'exited'; code: number }
  | { kind: 'signalled'; signal: number; reason?: string }
  /** The process never ran; `reason` is Kubernetes' word for why, such as ErrImagePull. */
  | { kind: 'never-started'; reason: string; message: string; remedy?: string }
  /** The user let go on purpose; the process runs on. */
  | { kind: 'detached' }
  /** Nobody waits for the end (`--attach=false`). */
  | { kind: 'created' }
  /** The end is not known, or output is missing. */
  | { kind: 'lost'; message: string; remedy?: string }
  | { kind: 'refused'; message: string; remedy?: string }
  | { kind: 'timed-out'; message: string; remedy?: string }
  /** A signal to kubectl-dbg itself ended the session. */
  | { kind: 'interrupted'; signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' };

/** Shells report death by signal n as 128 + n. */
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
    case 'timed-out':
      return ExitCode.deadline;
    case 'interrupted':
      return SIGNAL_BASE + INTERRUPT_NUMBERS[outcome.signal];
  }
}

/** Containers tell a death by signal as exit code 128 + n (runc, containerd), rarely in `signal`. */
export function outcomeOfTermination(terminated: {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
}): Outcome {
  if (terminated.reason === 'StartError' || terminated.reason === 'ContainerCannotRun') {
    return {
      kind: 'never-started',
      reason: terminated.reason,
      message: terminated.message ?? 'the runtime could not start its process',
    };
  }
  const reason =
    terminated.reason === undefined || terminated.reason === 'Error' ? {} : { reason: terminated.reason };
  if (terminated.signal !== undefined && terminated.signal > 0) {
    return { kind: 'signalled', signal: terminated.signal, ...reason };
  }
  const fromCode = terminated.exitCode - SIGNAL_BASE;
  if (fromCode > 0 && fromCode <= 64) return { kind: 'signalled', signal: fromCode, ...reason };
  return { kind: 'exited', code: terminated.exitCode };
}
