import { Channel } from 'kubectl-dbg-wire';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../cluster/index.ts';
import type {
  ApiRequest,
  Cluster,
  RemoteCommand,
  RemoteCommandOptions,
  WatchEvent,
} from '../cluster/types.ts';
import { unreachable } from './failures.ts';
import { FakeCommand } from './fake-command.ts';

/** The response to each attach; the last one repeats. */
export type Answer = 'open' | 'open-and-break' | 'refused' | 'unavailable' | 'silence' | 'gone' | Error;

/** A cluster with one pod with one running container. */
export class FakeCluster implements Pick<
  Cluster,
  'request' | 'watch' | 'stream' | 'attach' | 'prepareUpgrade' | 'server' | 'runningPlugin'
> {
  readonly server = 'https://api:6443';
  readonly commands: FakeCommand[] = [];
  #answers: Answer[];
  #events: WatchEvent<Pod>[] = [];
  #wake: (() => void) | undefined;
  #lost: Error | undefined;
  #readable = true;
  #code: number | undefined;
  #deleted = false;
  #reason = 'Error';
  /** The query of each request of the log. */
  readonly logQueries: NonNullable<ApiRequest['query']>[] = [];
  /** Each exec that was opened, with its arguments. */
  readonly execs: { words: readonly string[]; command: FakeCommand }[] = [];

  constructor(answers: readonly Answer[]) {
    this.#answers = [...answers];
  }

  /** The running credential plugin, if a test sets it. */
  plugin: string | undefined;

  runningPlugin(): string | undefined {
    return this.plugin;
  }

  get ended(): number | undefined {
    return this.#code;
  }

  /** False: the exec that stops the sleeper hangs. */
  killsAtOnce = true;

  /** False: the container waits for its image. */
  hasStarted = true;

  /** The pod's restart policy, if a test sets one. */
  restartPolicy: 'Always' | 'OnFailure' | 'Never' | undefined;

  /** Restarts of the container after its end. */
  #restarts = 0;

  get pod(): Pod {
    const terminated =
      this.#code === undefined
        ? undefined
        : { exitCode: this.#code, reason: this.#reason, containerID: 'containerd://run-0' };
    const isOver = terminated !== undefined && this.#restarts === 0;
    const state = isOver
      ? { terminated }
      : this.hasStarted
        ? { running: {} }
        : { waiting: { reason: 'ContainerCreating' } };
    const run = {
      restartCount: this.#restarts,
      ...(this.hasStarted ? { containerID: `containerd://run-${this.#restarts}` } : {}),
      ...(this.#restarts === 1 && terminated !== undefined ? { lastState: { terminated } } : {}),
    };
    return {
      metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1' },
      spec: {
        nodeName: 'n',
        containers: [{ name: 'app' }],
        ...(this.restartPolicy === undefined ? {} : { restartPolicy: this.restartPolicy }),
      },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'app', state, ...run, ready: true, image: '', imageID: '' }],
      },
    };
  }

  end(code: number, told: boolean, reason = 'Error'): void {
    this.#reason = reason;
    this.#code ??= code;
    if (told) this.#tell('MODIFIED');
    // As recorded from a real Kubernetes v1.36.2: it reports no exit code for an attach.
    const command = this.commands.at(-1);
    const isExec = this.execs.some((exec) => exec.command === command);
    command?.give(isExec ? statusOf(this.#code) : statusOf(0), Channel.error);
    command?.finish(1000);
  }

  /** The kubelet restarts the terminated container; after two restarts the status says nothing about the first run. */
  restart(times: number): void {
    this.#restarts = times;
    this.#tell('MODIFIED');
  }

  delete(): void {
    this.#deleted = true;
    this.#tell('DELETED');
  }

  /** `why`: what the watch fails with. */
  loseWatch(why: Error = unreachable('the watch is lost')): void {
    this.#lost = why;
    this.#wake?.();
  }

  hidePod(): void {
    this.#readable = false;
  }

  prepareUpgrade(): void {
    // nothing to prepare
  }

  request<T>({ signal }: ApiRequest): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (!this.#readable) return Promise.reject(unreachable('no route'));
    if (this.#deleted) return Promise.reject(refusal(404, 'NotFound'));
    return Promise.resolve(this.pod as T);
  }

  async *watch<T>({ signal }: { signal: AbortSignal }): AsyncGenerator<WatchEvent<T>> {
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
    for (;;) {
      if (signal.aborted) return;
      if (this.#lost !== undefined) throw this.#lost;
      const event = this.#events.shift();
      if (event !== undefined) yield event as WatchEvent<T>;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async stream({ signal, query = {} }: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    this.logQueries.push(query);
    const isOver = () => this.#code !== undefined || this.#deleted || signal?.aborted === true;
    const waitForEnd = async function* (): AsyncGenerator<Uint8Array> {
      while (!isOver()) await new Promise<void>((resolve) => setImmediate(resolve));
      yield* [];
    };
    return Promise.resolve(waitForEnd());
  }

  attach({ signal }: { signal?: AbortSignal | undefined }): Promise<RemoteCommand> {
    return this.#answer(signal);
  }

  /** The exec that stops the sleeper runs concurrently, and exits at once. */
  async exec({
    command: words,
    signal,
  }: RemoteCommandOptions & { command: readonly string[] }): Promise<RemoteCommand> {
    if (words[0] === 'kill') {
      const command = new FakeCommand(signal);
      this.execs.push({ words, command });
      if (this.killsAtOnce) command.finish(1000);
      return command;
    }
    const command = await this.#answer(signal);
    this.execs.push({ words, command });
    return command;
  }

  #answer(signal: AbortSignal | undefined): Promise<FakeCommand> {
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer instanceof Error) return Promise.reject(answer);
    switch (answer) {
      case 'refused':
        return Promise.reject(refusal(403, 'Forbidden'));
      case 'unavailable':
        return Promise.reject(refusal(503, 'ServiceUnavailable'));
      case 'gone':
        return Promise.reject(
          new ApiStatusError(500, { message: 'container app not found' }, CALL, { form: 'text' }),
        );
      case 'silence':
        return new Promise(() => undefined);
      default: {
        const command = new FakeCommand(signal);
        if (this.#code !== undefined) command.finish(1000);
        if (answer === 'open-and-break') command.finish(1006);
        this.commands.push(command);
        return Promise.resolve(command);
      }
    }
  }

  #tell(type: 'MODIFIED' | 'DELETED'): void {
    this.#events.push({ type, object: this.pod });
    this.#wake?.();
  }
}

/** The result of a command, as reported on the error channel. */
function statusOf(code: number): string {
  if (code === 0) return '{"metadata":{},"status":"Success"}';
  const causes = [{ reason: 'ExitCode', message: String(code) }];
  return JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes } });
}

const CALL = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web/attach' } as const;

function refusal(code: number, reason: string): ApiStatusError {
  return new ApiStatusError(code, { kind: 'Status', message: reason, reason }, CALL);
}
