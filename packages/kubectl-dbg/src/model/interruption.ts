import { ExitCode, SIGPIPE_EXIT } from './failure.ts';

/** Signals that end a session. */
export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** Outputs of the program: its standard streams, or the file given for the output. */
export type OutputName = 'stdout' | 'stderr' | 'output file';

/** Shells report termination by signal n as 128 + n. */
const SIGNAL_BASE = 128;

const SIGNAL_NUMBERS: Readonly<Record<EndingSignal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
};

/** Reason of an abort: the user, or the system, wants the program to terminate. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** Reason of an abort: the reader of our output closed it. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
  readonly stream: OutputName;

  constructor(stream: OutputName) {
    super(`nobody reads ${stream} any longer`);
    this.stream = stream;
  }
}

/** Reason of an abort: the output can't be written, for example because the disk is full. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
  readonly stream: OutputName;

  constructor(stream: OutputName, cause: Error) {
    super(`cannot write the output: ${reasonOf(cause)}`, { cause });
    this.stream = stream;
  }
}

/** Why the command must stop, whatever it does: the reasons of its only AbortSignal. */
export type Interruption = Interrupted | BrokenPipe | OutputFailed;

/** The reason of an aborted signal, if it is one of these. */
export function interruptionOf(signal: AbortSignal): Interruption | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  return isInterruption(reason) ? reason : undefined;
}

export function isInterruption(reason: unknown): reason is Interruption {
  return reason instanceof Interrupted || reason instanceof BrokenPipe || reason instanceof OutputFailed;
}

/** What an error of an output stream means for the command. */
export function outputInterruption(stream: OutputName, error: Error): BrokenPipe | OutputFailed {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
    ? new BrokenPipe(stream)
    : new OutputFailed(stream, error);
}

/** The exit code of a command that stopped for this reason. */
export function exitCodeOfInterruption(reason: Interruption): number {
  if (reason instanceof Interrupted) return SIGNAL_BASE + SIGNAL_NUMBERS[reason.signal];
  return reason instanceof BrokenPipe ? SIGPIPE_EXIT : ExitCode.lost;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'input/output error',
  EBADF: 'the stream is not open',
  EFBIG: 'the file is too large',
};

function reasonOf(error: Error): string {
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message;
}
