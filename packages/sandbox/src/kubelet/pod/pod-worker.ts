import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { refusePod } from './admission.ts';
import { containersToStart } from '../container/choose-containers.ts';
import { ContainerLauncher } from '../container/container-launcher.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import { PodEnding } from './pod-ending.ts';
import { PodReporter } from './pod-reporter.ts';
import { PodState } from './pod-state.ts';
import { preparePod } from './prepare-pod.ts';
import { ProbeManager } from '../probes/probe-manager.ts';
import { holdPhase } from '../status/pod-status.ts';
import type { PodObject, PodStatus } from '../types.ts';

const MS_PER_S = 1000;
/** Intervals are extended by up to half, so that pods do not all sync at once. */
const JITTER = 0.5;

/** Syncs one pod, one sync at a time: after every change, and periodically. */
export class PodWorker {
  readonly state: PodState;
  /** Resolves when the pod is removed from the node and the API. */
  readonly done: Promise<void>;
  readonly #context: KubeletContext;
  readonly #reporter: PodReporter;
  readonly #launcher: ContainerLauncher;
  readonly #probes: ProbeManager;
  readonly #ending: PodEnding;
  /** Something has changed since the last sync began. */
  #pending = false;
  #active = false;
  #working: Promise<void> = Promise.resolve();
  #over = false;
  /** All containers have terminated and will not be restarted; the pod remains until it is deleted. */
  #finished: boolean;
  #timer: NodeJS.Timeout | undefined;
  #finish: () => void = () => {};
  /** Aborts what a sync waits for (a pull, volumes) when the pod is deleted. */
  readonly #terminating = new AbortController();
  readonly #stopping = new AbortController();

  constructor(context: KubeletContext, pod: PodObject) {
    this.#context = context;
    // Each waiting container adds a listener, and a pod may have any number of ephemeral containers.
    setMaxListeners(0, this.#terminating.signal);
    this.state = new PodState(pod, context.hostIP, context.now());
    this.#finished = isTerminal(pod.status);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const reporter = new PodReporter(context, this.state, pod);
    const launcher = new ContainerLauncher(context, this.state, {
      record: (details) => reporter.record(details),
      exited: () => this.#relist(),
    });
    const probes = new ProbeManager(this.state, {
      record: (details) => reporter.record(details),
      wake: () => this.wake(),
    });
    this.#reporter = reporter;
    this.#launcher = launcher;
    this.#probes = probes;
    this.#ending = new PodEnding({ context, state: this.state, reporter, launcher, probes });
    this.wake();
  }

  get pod(): PodObject {
    return this.#reporter.pod;
  }

  /** The pod's object has changed. */
  update(pod: PodObject): void {
    const old = this.pod.metadata;
    this.#reporter.pod = pod;
    const { generation, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionTimestamp !== undefined) this.#terminating.abort();
    if (deletionGracePeriodSeconds !== old.deletionGracePeriodSeconds) this.#ending.graceChanged();
    // Ignore the kubelet's own status updates.
    if (generation === old.generation && deletionTimestamp === old.deletionTimestamp) return;
    setTimeout(() => this.wake(), this.#context.timing.watchLatencyMs).unref();
  }

  /** The pod's object was deleted from the API. */
  remove(): void {
    this.#ending.removed = true;
    this.#terminating.abort();
    this.#ending.graceChanged();
    this.wake();
  }

  /** Syncs the pod as soon as the current sync is done. */
  wake(): void {
    if (this.#over) return;
    this.#pending = true;
    if (!this.#active) this.#working = this.#work();
  }

  /** Stops syncing; the runtime removes the containers. Resolves when the current sync is done. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#terminating.abort();
    this.#stopping.abort();
    this.#probes.stop();
    clearTimeout(this.#timer);
    await this.#working;
  }

  async #work(): Promise<void> {
    this.#active = true;
    // Do not run in the caller's stack.
    await Promise.resolve();
    while (this.#pending && !this.#over) {
      this.#pending = false;
      clearTimeout(this.#timer);
      const interval = await this.#sync().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `error determining status: ${reason}`;
        this.#reporter.record({ type: 'Warning', reason: 'FailedSync', message });
        return this.#context.timing.errorIntervalMs;
      });
      if (this.#over) break;
      const next = interval * (1 + JITTER * this.#context.random());
      this.#timer = setTimeout(() => this.wake(), Math.min(next, this.#untilDeadline()));
      if (!this.#context.keepProcessAlive) this.#timer.unref();
    }
    this.#active = false;
  }

  /** One sync. Returns the time until the next in ms, without jitter. */
  async #sync(): Promise<number> {
    const { syncIntervalMs, errorIntervalMs, relistIntervalMs } = this.#context.timing;
    const reporter = this.#reporter;
    const { signal } = this.#terminating;
    if (this.#ending.removed || this.pod.metadata.deletionTimestamp !== undefined) {
      await this.#terminate();
      return syncIntervalMs;
    }
    if (this.#finished) return syncIntervalMs;
    if (this.state.sandbox === undefined && refusePod(this.#context, reporter)) {
      this.#finished = true;
      return syncIntervalMs;
    }
    this.#checkDeadline();
    const status = reporter.status(false);
    if (isTerminal(status)) {
      reporter.write(holdPhase(status, this.pod.status));
      // The kubelet confirms with another relist that everything has terminated.
      await delay(relistIntervalMs, undefined, { signal }).catch(() => {});
      await this.#ending.endAll();
      this.#finished = true;
      // The pod may have been deleted meanwhile.
      if (signal.aborted) this.#pending = true;
      return syncIntervalMs;
    }
    reporter.write(status);
    const preparation = await preparePod(this.#context, this.state, reporter, signal);
    if (preparation === 'failed') return errorIntervalMs;
    // A new sandbox causes another sync right after this one.
    if (preparation === 'new') this.#pending = true;
    const killed = await this.#ending.killToRestart();
    return this.#startContainers(killed);
  }

  /** @param killed containers that this sync has killed */
  async #startContainers(killed: ReadonlySet<string>): Promise<number> {
    const { syncIntervalMs, errorIntervalMs } = this.#context.timing;
    const { signal } = this.#terminating;
    const { pod } = this;
    let next = syncIntervalMs;
    for (const container of containersToStart(pod, this.state)) {
      if (signal.aborted) break;
      const { run, retryAfterMs } = await this.#launcher.launch(
        pod,
        container,
        signal,
        killed.has(container.spec.name),
      );
      if (run === undefined) next = Math.min(next, retryAfterMs ?? errorIntervalMs);
      else {
        this.#probes.watch(pod, container, run);
        this.#pending = true;
      }
    }
    return next;
  }

  /** Terminates a deleted pod; its object is removed a moment after its containers. */
  async #terminate(): Promise<void> {
    const { timing, random } = this.#context;
    if (!this.#finished) await this.#ending.endAll();
    await this.#ending.dropContainers();
    if (!this.#ending.removed) {
      const options = { signal: this.#stopping.signal };
      await delay(timing.relistIntervalMs * random(), undefined, options).catch(() => {});
      if (this.#over) return;
      this.#reporter.removeObject();
    }
    this.#reporter.forget();
    // Not awaited, because stop() waits for this.
    void this.stop();
    this.#finish();
  }

  #checkDeadline(): void {
    if (this.state.verdict === undefined && this.#untilDeadline() > 0) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.state.verdict = { phase: 'Failed', reason: 'DeadlineExceeded', message };
    this.#reporter.record({ type: 'Normal', reason: 'DeadlineExceeded', message });
  }

  /** Time until the pod's activeDeadlineSeconds, in ms. */
  #untilDeadline(): number {
    const { activeDeadlineSeconds } = this.pod.spec;
    if (activeDeadlineSeconds === undefined) return Infinity;
    const until = this.state.startTime.getTime() + activeDeadlineSeconds * MS_PER_S;
    return Math.max(0, until - this.#context.now().getTime());
  }

  /** The kubelet observes a terminated container with the next relist. */
  #relist(): void {
    setTimeout(() => {
      void this.#launcher.readMessages(this.pod).then(() => {
        for (const runs of this.state.runs.values()) for (const run of runs) run.refresh();
        this.wake();
      });
    }, this.#context.untilRelist()).unref();
  }
}

function isTerminal(status: PodStatus | undefined): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
