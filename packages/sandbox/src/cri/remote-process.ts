import type { Readable, Writable } from 'node:stream';
import type { TerminalSize } from 'kubectl-dbg-wire';

/** Log options of `GET /api/v1/namespaces/NS/pods/NAME/log`, parsed and validated by the API server. */
export interface LogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  limitBytes?: number;
  sinceSeconds?: number;
  sinceTime?: Date;
}

/** The streams of a remote command. */
export interface StreamOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** How a process terminated: with its own exit code, or by a signal (code is then 128 + its number). */
export interface ProcessEnd {
  exitCode: number;
  signal?: number;
}

/** A connected process: attached to, or started by exec. */
export interface RemoteProcess {
  /** Ending it ends the process's stdin if possible (exec; attach with stdinOnce). */
  stdin?: Writable;
  stdout?: Readable;
  /** Absent with a terminal. */
  stderr?: Readable;
  resize(size: TerminalSize): void;
  /**
   * Resolves when the streams have ended: for exec with the process's termination, for attach with undefined. For exec,
   * rejects if the command could not be started, with the kubelet's message.
   */
  ended: Promise<ProcessEnd | undefined>;
  /** Disconnects the streams; the process keeps running. */
  detach(): void;
}
