import type { ContainerStateTerminated, Pod } from 'kubernetes-types/core/v1.d.ts';
import { pause, startTimer, timeoutSignal } from '../../base/timer.ts';
import { ApiStatusError, type Cluster, explainApiError, isMissing } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { DbgError } from '../../model/failure.ts';
import type { Address } from '../../model/plan.ts';
import type { OutputStream } from '../../model/world.ts';
import { LogReader, type ReadingEnd } from '../../session/stream/log-reader.ts';
import { writeTo } from '../../session/stream/sink.ts';
import { viewContainer } from '../../session/wait/container-state.ts';

/** Times for reading a log to its end, in ms. */
export interface LogTimes {
  /** How long to retry an unreadable log, counted from the first failure. */
  patience: number;
  /** Pause between two tries. */
  retry: number;
  /** A read that lasts this long, or returns something, is no failure, however it ends. */
  held: number;
  /** After this time without a byte it is checked whether more can be expected. */
  idle: number;
  /** Limit of that check. */
  look: number;
}

const USUAL_TIMES: LogTimes = { patience: 60_000, retry: 500, held: 1_000, idle: 20_000, look: 10_000 };

/** Options for reading. */
export interface SessionLogOptions {
  cluster: Pick<Cluster, 'request' | 'stream' | 'server'>;
  stdout: OutputStream;
  /** Called each time that the log breaks. */
  readonly warn: (text: string) => void;
  signal: AbortSignal;
  times?: LogTimes;
}

type State = ReturnType<typeof viewContainer> | 'gone' | 'unknown';

/** The log of one container, read with as many requests as needed, each byte once. */
export class SessionLog {
  readonly #address: Address;
  readonly #uid: string | undefined;
  readonly #options: SessionLogOptions;
  readonly #times: LogTimes;
  readonly #reader: LogReader;
  /** The start of the failures, by the monotonic clock. */
  #failingSince: number | undefined;
  /** The last read returned nothing. */
  #isSilent = false;

  constructor(address: Address, uid: string | undefined, options: SessionLogOptions) {
    this.#address = address;
    this.#uid = uid;
    this.#options = options;
    this.#times = options.times ?? USUAL_TIMES;
    this.#reader = new LogReader(options.cluster, address);
  }

  /**
   * Writes what there is. Throws DbgError.
   *
   * @param ended the container has terminated: the log has an end, and it is verified that this is it
   */
  async print(ended: boolean): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      const reading = await this.#read(false);
      if (reading.end === 'complete' && (!ended || (await this.#isAtEnd()))) return;
      // At first it is unknown whether there is a log at all.
      if (isFirst && reading.end === 'broken' && !reading.isUseful) throw this.#explain();
      await this.#fail(reading.isUseful);
    }
  }

  /**
   * Writes existing and new output until the container terminates. Resolves with the termination; `gone`: the pod was
   * deleted. Throws DbgError.
   */
  async follow(): Promise<ContainerStateTerminated | 'gone'> {
    for (let hasEnded = false; ;) {
      const { end, isUseful } = await this.#read(!hasEnded);
      const state = await this.#look();
      if (state === 'gone') return 'gone';
      if (state !== 'unknown' && state.phase === 'terminated') {
        if (end === 'complete' && (await this.#isAtEnd())) return state.terminated;
        // From here on the log has an end.
        if (!hasEnded) {
          hasEnded = true;
          this.#failingSince = undefined;
          continue;
        }
      }
      // A container that has not started has no log yet, however long that takes.
      if (state !== 'unknown' && state.phase !== 'terminated' && state.phase !== 'running')
        await pause(this.#times.retry, this.#options.signal);
      else await this.#fail(isUseful);
    }
  }

  #isAtEnd(): Promise<boolean | undefined> {
    return this.#reader.isAtEnd(AbortSignal.any([this.#options.signal, timeoutSignal(this.#times.look)]));
  }

  /** One read. It is cancelled if nothing more arrives. */
  async #read(follow: boolean): Promise<{ end: ReadingEnd; isUseful: boolean }> {
    const { signal, stdout } = this.#options;
    const over = new AbortController();
    let opened: number | undefined;
    let hasCome = false;
    let cancel = () => undefined as void;
    const watch = () => {
      cancel();
      cancel = startTimer(this.#times.idle, () => {
        if (!follow) return over.abort();
        // A silent log is fine while its container runs.
        void this.#look().then(
          (state) => {
            if (typeof state !== 'object' || state.phase === 'terminated') return over.abort();
            this.#failingSince = undefined;
            watch();
          },
          () => over.abort(),
        );
      });
    };
    watch();
    const end = await this.#reader.read(follow, AbortSignal.any([signal, over.signal]), {
      opened: async () => void (opened = performance.now()),
      data: async (data) => {
        hasCome = true;
        // A slow reader is not the server's silence.
        cancel();
        if (!(await writeTo(stdout, data, signal))) over.abort();
        else watch();
      },
    });
    this.#isSilent = over.signal.aborted;
    cancel();
    over.abort();
    signal.throwIfAborted();
    if (end === 'refused') throw this.#explain();
    const hasHeld = !this.#isSilent && opened !== undefined && performance.now() - opened >= this.#times.held;
    return { end, isUseful: hasCome || hasHeld };
  }

  /** Pauses before the next try. Throws when patience is used up. */
  async #fail(isUseful: boolean): Promise<void> {
    const { signal, warn } = this.#options;
    const now = performance.now();
    if (isUseful) this.#failingSince = undefined;
    if (this.#failingSince === undefined) {
      if (this.#reader.failure !== undefined) warn(`${this.#explain().message}: trying again`);
      this.#failingSince = now;
    } else if (now - this.#failingSince > this.#times.patience) throw this.#broken();
    await pause(this.#times.retry, signal);
  }

  async #look(): Promise<State> {
    const { cluster, signal } = this.#options;
    const limited = AbortSignal.any([signal, timeoutSignal(this.#times.look)]);
    try {
      const path = apiPaths.pod(this.#address);
      const pod = await cluster.request<Pod>({ method: 'GET', path, signal: limited });
      if (this.#uid !== undefined && pod.metadata?.uid !== this.#uid) return 'gone';
      return viewContainer(pod, this.#address.container);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiStatusError)) return 'unknown';
      if (isMissing(error)) return 'gone';
      if (error.code === 401 || error.code === 403) throw error;
      return 'unknown';
    }
  }

  /** The failure of the last read, as text for the user. */
  #explain(): DbgError {
    const { failure } = this.#reader;
    const { container, pod, namespace } = this.#address;
    if (this.#isSilent) return this.#broken();
    if (failure instanceof ApiStatusError) {
      const action = `read the log of container ${container} of pod ${namespace}/${pod}`;
      return explainApiError(failure, { action, server: this.#options.cluster.server });
    }
    return failure instanceof DbgError ? failure : this.#broken();
  }

  #broken(): DbgError {
    const { container, pod } = this.#address;
    const message = `cannot read the log of container ${container} of pod ${pod} to its end: ${this.#why()}`;
    return new DbgError('lost', 'LogBroken', message, this.#address);
  }

  #why(): string {
    const { failure } = this.#reader;
    if (this.#isSilent) return `nothing came for ${this.#times.idle / 1000} s`;
    return failure instanceof Error ? failure.message : 'the server ends it too soon, again and again';
  }
}
