/**
 * Exit codes of kubectl-dbg's own failures: BSD `sysexits.h`, documented in docs/exit-codes.md.
 *
 * The exit code of a debug command is passed through; 128 + n stands for signal n.
 */
export const ExitCode = {
  ok: 0,
  /** The command line or an input file is wrong; nothing was written. */
  usage: 64,
  /** The pod, node, container or namespace does not exist. */
  notFound: 66,
  /** The API server does not respond. */
  unreachable: 68,
  /** The debug container was created but its process never ran. */
  neverStarted: 69,
  /** A bug in kubectl-dbg. */
  bug: 70,
  /** The session was lost: its outcome is unknown. */
  lost: 74,
  /** A deadline passed. */
  deadline: 75,
  /** The server's response violates the API. */
  protocol: 76,
  /** The cluster refused: a missing right, or an admission policy. */
  refused: 77,
  /** The kubeconfig, credentials or another configuration file is wrong. */
  configuration: 78,
} as const;

/** The shell's exit code for a process that SIGPIPE terminated: the reader of our output closed it. */
export const SIGPIPE_EXIT = 141;

/** The class of a failure: the name of its exit code. */
export type FailureKind = Exclude<keyof typeof ExitCode, 'ok'>;
