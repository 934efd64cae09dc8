import type { RuntimeContainer } from '../../cri/runtime.ts';
import { ContainerError } from './container-error.ts';
import type { EventDetails } from '../node/event-recorder.ts';
import { runHook } from './hooks.ts';
import { ensureImage } from './image-puller.ts';
import { fixedGrace, killContainer } from './kill-container.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import { ObservedRun } from './observed-run.ts';
import { containerNamed, type PodState } from '../pod/pod-state.ts';
import { createContainer, startContainer } from './start-container.ts';
import { fieldPath, podLabel, type PodObject, type SpecContainer } from '../types.ts';

const MS_PER_S = 1000;
const DEFAULT_GRACE_S = 30;
/** Number of terminated runs that are kept per container, for lastState and the previous log. */
const KEPT_RUNS = 1;
/** Lines of the log that FallbackToLogsOnError uses. */
const FALLBACK_LINES = 80;
const FALLBACK_BYTES = 2048;
/** Reasons whose "Error: REASON" Event has no message, because the Event before it has one. */
const IMAGE_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'RegistryUnavailable',
]);

/** The result of an attempt to start a container: its run, if any, and when to try again. */
export interface LaunchResult {
  run?: ObservedRun;
  retryAfterMs?: number;
}

export interface LauncherListener {
  record(details: EventDetails): void;
  /** A container of the pod has terminated, or could not be started. */
  exited(): void;
}

/** Starts the containers of one pod, and records Events and failures. */
export class ContainerLauncher {
  readonly #context: KubeletContext;
  readonly #state: PodState;
  readonly #listener: LauncherListener;

  constructor(context: KubeletContext, state: PodState, listener: LauncherListener) {
    this.#context = context;
    this.#state = state;
    this.#listener = listener;
  }

  /**
   * Pulls the image, creates and starts the container. The reason of a failure is kept in the pod's state.
   *
   * @param justKilled the kubelet has killed the container in this sync
   */
  async launch(
    pod: PodObject,
    container: SpecContainer,
    signal: AbortSignal,
    justKilled = false,
  ): Promise<LaunchResult> {
    const { name } = container.spec;
    try {
      this.#checkBackOff(pod, container, justKilled);
      const run = await this.#start(pod, container, signal);
      this.#state.failures.delete(name);
      return { run };
    } catch (error) {
      if (signal.aborted) return {};
      if (!(error instanceof ContainerError)) throw error;
      this.#state.failures.set(name, { reason: error.reason, message: error.message });
      if (!error.reported) {
        const text = IMAGE_REASONS.has(error.reason) ? error.reason : error.message;
        this.#event(container, 'Warning', 'Failed', `Error: ${text}`);
      }
      return error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
    }
  }

  /** The back-off starts at the last termination that the kubelet has observed, which excludes one it has just caused. */
  #checkBackOff(pod: PodObject, container: SpecContainer, justKilled: boolean): void {
    const last = this.#state.runs.get(container.spec.name)?.at(justKilled ? -2 : -1);
    if (last?.state.phase !== 'exited') return;
    const { crashBackOff, now } = this.#context;
    const { name, image } = container.spec;
    const key = `${pod.metadata.uid}_${name}_${image}`;
    const finishedAt = last.state.finishedAt.getTime();
    const remaining = crashBackOff.remaining(key, finishedAt, now().getTime());
    if (remaining === 0) {
      crashBackOff.next(key, finishedAt);
      return;
    }
    const label = podLabel(pod);
    const message = `Back-off restarting failed container ${name} in pod ${label}`;
    this.#event(container, 'Warning', 'BackOff', message);
    const pause = duration(crashBackOff.pause(key));
    throw new ContainerError(
      'CrashLoopBackOff',
      `back-off ${pause} restarting failed container=${name} pod=${label}`,
      true,
      remaining,
    );
  }

  async #start(pod: PodObject, container: SpecContainer, signal: AbortSignal): Promise<ObservedRun> {
    const { sandbox, volumes } = this.#state;
    if (sandbox === undefined || volumes === undefined) throw new Error('the pod has no sandbox');
    const { spec } = container;
    const record = (details: EventDetails): void => this.#listener.record(details);
    const image = await ensureImage(this.#context, pod, container, record, signal);
    const last = this.#state.latest(spec.name);
    const created = await createContainer(this.#context, pod, container, image, {
      sandbox,
      attempt: last === undefined ? 0 : last.attempt + 1,
      volumes,
      podIP: this.#state.podIP,
      targetContainerId: this.#target(spec.targetContainerName),
    });
    this.#event(container, 'Normal', 'Created', 'Container created');
    const run = new ObservedRun(created, spec.image ?? '');
    this.#state.add(spec.name, run);
    await this.#discardOld(spec.name);
    try {
      await startContainer(created);
    } catch (error) {
      // The run exists; its failure is observed like any termination.
      this.#listener.exited();
      throw error;
    }
    run.refresh();
    this.#event(container, 'Normal', 'Started', 'Container started');
    void created.exited.then(() => this.#listener.exited());
    await this.#postStart(pod, container, run);
    return run;
  }

  #target(name: string | undefined): string | undefined {
    if (name === undefined || name === '') return undefined;
    const run = this.#state.latest(name);
    if (run !== undefined) return run.id;
    throw new ContainerError('CreateContainerConfigError', `unable to find target container ${name}`);
  }

  async #postStart(pod: PodObject, container: SpecContainer, run: ObservedRun): Promise<void> {
    const handler = container.spec.lifecycle?.postStart;
    const { sandbox } = this.#state;
    if (handler === undefined || sandbox === undefined) return;
    const failure = await runHook(handler, { pod, container, run: run.container, sandbox });
    if (failure === undefined) return;
    this.#event(container, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
    await killContainer({
      pod,
      state: this.#state,
      container,
      run,
      message: 'FailedPostStartHook',
      grace: fixedGrace(pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S),
      record: (details) => this.#listener.record(details),
    });
    await this.readMessages(pod);
    run.refresh();
    throw new ContainerError('PostStartHookError', 'PostStartHook failed', true);
  }

  /** Reads the termination messages of newly terminated runs. */
  async readMessages(pod: PodObject): Promise<void> {
    for (const [name, runs] of this.#state.runs) {
      const container = containerNamed(pod, name);
      for (const { container: run } of runs) {
        if (run.state.phase !== 'exited' || this.#state.messages.has(run.id)) continue;
        this.#state.messages.set(run.id, await this.#message(run, container));
      }
    }
  }

  async #message(run: RuntimeContainer, container: SpecContainer | undefined): Promise<string> {
    const message = await run.terminationMessage();
    const falls = container?.spec.terminationMessagePolicy === 'FallbackToLogsOnError';
    const failed = run.state.phase === 'exited' && run.state.exitCode !== 0;
    if (message !== '' || !falls || !failed) return message;
    return run.logTail(FALLBACK_LINES, FALLBACK_BYTES);
  }

  async #discardOld(name: string): Promise<void> {
    const runs = this.#state.runs.get(name) ?? [];
    // The newest run is the one that is being started.
    const old = runs.slice(0, Math.max(0, runs.length - 1 - KEPT_RUNS));
    this.#state.runs.set(name, runs.slice(old.length));
    for (const run of old) {
      this.#state.messages.delete(run.id);
      await run.container.remove();
      await run.container.removeLog();
    }
  }

  #event(container: SpecContainer, type: EventDetails['type'], reason: string, message: string): void {
    this.#listener.record({ type, reason, message, fieldPath: fieldPath(container) });
  }
}

/** A duration as Go prints it: `10s`, `1m20s`, `5m0s`. */
function duration(ms: number): string {
  const seconds = ms / MS_PER_S;
  if (seconds < 1) return `${ms}ms`;
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds - minutes * 60}s`;
}
