import type { Duplex, Readable } from 'node:stream';
import type { LogOptions, RemoteProcess, StreamOptions } from '../cri/remote-process.ts';

/**
 * The API server's requests to the kubelet of a pod's node, by namespace and name of the pod.
 *
 * Failures are thrown as `KubeletError`, with the HTTP status and the text of a real kubelet.
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

/** A failed request to a kubelet: plain text with an HTTP status. */
export class KubeletError extends Error {
  override readonly name = 'KubeletError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
