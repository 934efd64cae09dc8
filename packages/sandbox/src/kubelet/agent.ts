import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { RuntimeContainer } from '../cri/runtime.ts';
import { KubeletError, type NodeAgent } from '../apiserver/node-agent.ts';
import type { LogOptions, RemoteProcess, StreamOptions } from '../cri/remote-process.ts';
import { logTarget } from './container/log-target.ts';
import { containerNamed } from './pod/pod-state.ts';
import type { PodWorker } from './pod/pod-worker.ts';

const INTERNAL_ERROR = 500;

/** Rethrows a failed start of a command with the kubelet's message. */
function failedToExecute(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new Error(`error executing command in container: ${why}`, { cause: error });
}

/** Handles the API server's requests for the pods of this node. */
export class Agent implements NodeAgent {
  readonly #find: (namespace: string, name: string) => PodWorker | undefined;

  constructor(find: (namespace: string, name: string) => PodWorker | undefined) {
    this.#find = find;
  }

  async logs(
    namespace: string,
    pod: string,
    container: string,
    options: LogOptions,
    signal: AbortSignal,
  ): Promise<Readable> {
    const worker = this.#find(namespace, pod);
    if (worker === undefined) {
      throw new KubeletError(INTERNAL_ERROR, `pod "${pod}" not found`);
    }
    const id = logTarget(worker.pod, container, options.previous);
    const run = (worker.state.runs.get(container) ?? []).find((entry) => entry.id === id);
    // The runtime has removed the container; the kubelet returns this message instead of a log.
    if (run === undefined) {
      return Readable.from([`unable to retrieve container logs for containerd://${id}`]);
    }
    return run.container.readLog(options, signal);
  }

  async attach(
    namespace: string,
    pod: string,
    container: string,
    streams: StreamOptions,
  ): Promise<RemoteProcess> {
    const run = this.#running(namespace, pod, container);
    if (run === undefined) {
      throw new KubeletError(INTERNAL_ERROR, `container ${container} not found in pod ${pod}_${namespace}`);
    }
    if (this.#hasTty(namespace, pod, container) && streams.stderr && !streams.tty) {
      // The kubelet passes the container's own tty setting to the runtime, not the client's.
      const message = 'rpc error: code = InvalidArgument desc = tty and stderr cannot both be true';
      throw new KubeletError(INTERNAL_ERROR, message);
    }
    return run.attach(streams);
  }

  async exec(
    namespace: string,
    pod: string,
    container: string,
    command: readonly string[],
    streams: StreamOptions,
  ): Promise<RemoteProcess> {
    const run = this.#running(namespace, pod, container);
    if (run === undefined) {
      throw new KubeletError(INTERNAL_ERROR, `container not found ("${container}")`);
    }
    const process = run.exec(command, streams);
    const ended = process.ended.catch(failedToExecute);
    // After a disconnect nobody handles this rejection.
    ended.catch(() => {});
    return { ...process, ended };
  }

  async portForward(namespace: string, pod: string, port: number): Promise<Duplex> {
    const sandbox = this.#find(namespace, pod)?.state.sandbox;
    if (sandbox === undefined) {
      throw new KubeletError(INTERNAL_ERROR, `unable to find pod ${pod}_${namespace}`);
    }
    return sandbox.connect(port);
  }

  #hasTty(namespace: string, pod: string, container: string): boolean {
    const worker = this.#find(namespace, pod);
    return worker !== undefined && containerNamed(worker.pod, container)?.spec.tty === true;
  }

  #running(namespace: string, pod: string, container: string): RuntimeContainer | undefined {
    const run = this.#find(namespace, pod)?.state.latest(container)?.container;
    return run?.state.phase === 'running' ? run : undefined;
  }
}
