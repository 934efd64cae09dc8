import type { Duplex, Readable, Writable } from 'node:stream';
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

/** Which streams a remote command carries. */
export interface StreamOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** How a process ended: with a code of its own, or by a signal (code is then 128 + its number). */
export interface ProcessEnd {
  exitCode: number;
  signal?: number;
}

/** A process one is connected to: attached to, or started by exec. */
export interface RemoteProcess {
  /** Ending it ends the process's stdin where that is possible (exec; attach with stdinOnce). */
  stdin?: Writable;
  stdout?: Readable;
  /** Absent with a tty. */
  stderr?: Readable;
  resize(size: TerminalSize): void;
  /**
   * Resolves when the streams are at their end: exec with the process's end, attach with undefined.
   * Rejects, for exec, if the command could not be started; the message is the kubelet's.
   */
  ended: Promise<ProcessEnd | undefined>;
  /** Lets go of the streams; the process lives on. */
  detach(): void;
}

/**
 * What the API server asks of the kubelet of a pod's node, by namespace and name of the pod.
 *
 * Failures are thrown as `KubeletError`, with the HTTP status and text that a real kubelet answers.
 */
export interface NodeAgent {
  logs(
    namespace: string,
    pod: string,
    container: string,
    options: LogOptions,
    signal: AbortSignal,
  ): Promise<Readable>;
  attach(namespace: string, pod: string, container: string, streams: StreamOptions): Promise<RemoteProcess>;
  exec(
    namespace: string,
    pod: string,
    container: string,
    command: readonly string[],
    streams: StreamOptions,
  ): Promise<RemoteProcess>;
  /** A connection to a port on the pod's loopback address. */
  portForward(namespace: string, pod: string, port: number): Promise<Duplex>;
}

/** What a kubelet answers when it cannot serve a request: plain text with an HTTP status. */
export class KubeletError extends Error {
  override readonly name = 'KubeletError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
