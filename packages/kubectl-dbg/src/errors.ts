/**
 * Exit codes of kubectl-dbg's own failures: BSD `sysexits.h`, documented in docs/exit-codes.md.
 *
 * A debug command's own code is passed on as it is; 128 + n stands for signal n.
 */
export const ExitCode = {
  ok: 0,
  /** The command line or an input file is wrong; nothing was written. */
  usage: 64,
  /** The pod, node, container or namespace does not exist. */
  notFound: 66,
  /** No API server answers. */
  unreachable: 68,
  /** The debug container was written but its process never ran. */
  neverStarted: 69,
  /** A bug in kubectl-dbg. */
  bug: 70,
  /** The session was lost: its outcome is not known. */
  lost: 74,
  /** A deadline passed. */
  deadline: 75,
  /** The cluster refused: no permission, or an admission policy. */
  refused: 77,
  /** The kubeconfig, credentials or another configuration file is wrong. */
  configuration: 78,
} as const;

/** The shell's code for a process that died of SIGPIPE: whoever read our output has stopped reading. */
export const SIGPIPE_EXIT = 141;

export type FailureKind = Exclude<keyof typeof ExitCode, 'ok'>;

/** Why and on what something failed, and what to do next. Shown as one line. */
export interface FailureFields {
  /** What to do next, an imperative sentence without a full stop. */
  remedy?: string;
  /** The error behind this one, shown with `-v`. */
  cause?: unknown;
}

/**
 * The one error class for what a user can meet: a message of one line, the remedy, and the exit code's name.
 * Any other error that reaches `main` is a bug.
 */
export class DbgError extends Error {
  override readonly name = 'DbgError';
  readonly kind: FailureKind;
  readonly remedy: string | undefined;

  constructor(kind: FailureKind, message: string, fields: FailureFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.kind = kind;
    this.remedy = fields.remedy;
  }

  get exitCode(): number {
    return ExitCode[this.kind];
  }
}
