import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { matchesSelector } from '../controllers/node-fit.ts';
import type { PodSandboxConfig } from '../runtime/runtime.ts';
import { timestamp } from '../store/memory-store.ts';
import type { KubeObject } from '../store/types.ts';
import { containersToStart } from './choose-containers.ts';
import { ContainerLauncher } from './container-launcher.ts';
import type { EventDetails } from './event-recorder.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { fixedGrace, type Grace, killContainer } from './kill-container.ts';
import { mountVolumes } from './mount-volumes.ts';
import { podDirectory, podLogDirectory } from './paths.ts';
import { containerNamed, PodState } from './pod-state.ts';
import { ProbeManager } from './probes/probe-manager.ts';
import { sandboxConfig } from './sandbox-config.ts';
import { holdPhase, podStatus } from './status/pod-status.ts';
import type { PodObject, PodStatus } from './types.ts';

const MS_PER_S = 1000;
/** What the API gives pods that name no grace. */
const DEFAULT_GRACE_S = 30;
/** A pod that was removed from the API gets this at least. */
const REMOVED_GRACE_S = 1;
/** Intervals are stretched by up to half, so that pods do not all come at once. */
const JITTER = 0.5;

/** Looks after one pod: one step at a time, whenever something has changed and from time to time. */
export class PodWorker {
  readonly state: PodState;
  /** Resolves when the pod is gone from the node and the API. */
  readonly done: Promise<void>;
  readonly #context: KubeletContext;
  readonly #launcher: ContainerLauncher;
  readonly #probes: ProbeManager;
  readonly #identity: { namespace: string; name: string; uid: string };
  #pod: PodObject;
  /** The pod's object is gone from the API. */
  #removed = false;
  #pending = false;
  #active = false;
  #working: Promise<void> = Promise.resolve();
  #over = false;
  /** All its containers have ended for good; it stays until it is deleted. */
  #finished: boolean;
  #timer: NodeJS.Timeout | undefined;
  #finish: () => void = () => {};
  /** Ends what a step waits for (a pull, volumes) when the pod is to go. */
  readonly #leaving = new AbortController();
  readonly #stopping = new AbortController();
  readonly #graceListeners = new Set<() => void>();

  constructor(context: KubeletContext, pod: PodObject) {
    this.#context = context;
    this.#pod = pod;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    this.#identity = { namespace, name, uid };
    this.state = new PodState(pod, context.hostIP, context.now());
    this.#finished = isTerminal(pod.status);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#launcher = new ContainerLauncher(context, this.state, {
      record: (details) => this.#record(details),
      exited: () => this.#relist(),
    });
    this.#probes = new ProbeManager(this.state, {
      record: (details) => this.#record(details),
      wake: () => this.wake(),
    });
    this.wake();
  }

  get pod(): PodObject {
    return this.#pod;
  }

  /** The pod's object has changed. */
  update(pod: PodObject): void {
    const old = this.#pod;
    this.#pod = pod;
    const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (deletionTimestamp !== undefined) this.#leaving.abort();
    if (deletionGracePeriodSeconds !== old.metadata.deletionGracePeriodSeconds) {
      for (const listener of this.#graceListeners) listener();
    }
    // The kubelet's own reports are no news to it.
    const changed =
      pod.metadata.generation !== old.metadata.generation ||
      deletionTimestamp !== old.metadata.deletionTimestamp;
    if (changed) this.#wakeLater(this.#context.timing.watchLatencyMs);
  }

  #wakeLater(delayMs: number): void {
    setTimeout(() => this.wake(), delayMs).unref();
  }

  /** The pod's object is gone from the API. */
  remove(): void {
    this.#removed = true;
    this.#leaving.abort();
    for (const listener of this.#graceListeners) listener();
    this.wake();
  }

  /** Looks at the pod as soon as the step at hand is done. */
  wake(): void {
    if (this.#over) return;
    this.#pending = true;
    if (!this.#active) this.#working = this.#work();
  }

  /** Stops looking after it; its containers are the runtime's to remove. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#leaving.abort();
    this.#stopping.abort();
    this.#probes.stop();
    clearTimeout(this.#timer);
    await this.#working;
  }

  async #work(): Promise<void> {
    this.#active = true;
    // So that whoever caused this is not held up.
    await Promise.resolve();
    while (this.#pending && !this.#over) {
      this.#pending = false;
      clearTimeout(this.#timer);
      const { errorIntervalMs } = this.#context.timing;
      const interval = await this.#step().catch((error: unknown) => {
        this.#record({
          type: 'Warning',
          reason: 'FailedSync',
          message: `error determining status: ${error instanceof Error ? error.message : String(error)}`,
        });
        return errorIntervalMs;
      });
      if (this.#over) break;
      this.#timer = setTimeout(
        () => this.wake(),
        Math.min(interval * (1 + JITTER * this.#context.random()), this.#untilDeadline()),
      );
    }
    this.#active = false;
  }

  /** One look at the pod. Returns when the next is due if nothing happens before, in ms without jitter. */
  async #step(): Promise<number> {
    const pod = this.#pod;
    const { syncIntervalMs, errorIntervalMs } = this.#context.timing;
    if (this.#removed || pod.metadata.deletionTimestamp !== undefined) {
      await this.#terminate(pod);
      await this.#forgetContainers(pod);
      this.#leave(pod);
      return syncIntervalMs;
    }
    if (this.#finished || this.#reject(pod)) return syncIntervalMs;
    this.#checkDeadline();
    const status = this.#report(pod, false);
    if (isTerminal(status)) {
      this.#write(holdPhase(status, pod.status));
      // That everything has ended is only believed once the runtime was asked again.
      await delay(this.#context.timing.relistIntervalMs, undefined, { signal: this.#leaving.signal }).catch(
        () => {},
      );
      await this.#terminate(pod);
      this.#finished = true;
      // It may have been deleted meanwhile.
      if (this.#leaving.signal.aborted) this.#pending = true;
      return syncIntervalMs;
    }
    this.#write(status);
    if (!(await this.#prepare(pod))) return errorIntervalMs;
    await this.#killCondemned(pod);
    return this.#startContainers(pod);
  }

  /** Refuses a pod that was bound to this node although it does not fit; true if so. */
  #reject(pod: PodObject): boolean {
    const { store, nodeName, now } = this.#context;
    const node = store.get<KubeObject & Node>('nodes', undefined, nodeName);
    if (
      this.state.sandbox !== undefined ||
      node === undefined ||
      matchesSelector(node, pod as unknown as KubeObject & Pod)
    )
      return false;
    const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
    this.#record({ type: 'Warning', reason: 'NodeAffinity', message });
    const { generation } = pod.metadata;
    this.#write({
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      phase: 'Failed',
      message: `Pod was rejected: ${message}`,
      reason: 'NodeAffinity',
      startTime: timestamp(now()),
    });
    this.#finished = true;
    return true;
  }

  /** Volumes and sandbox; false if they could not be had. */
  async #prepare(pod: PodObject): Promise<boolean> {
    const { signal } = this.#leaving;
    this.state.volumes ??= await mountVolumes(this.#context, pod, this.state, signal, (details) =>
      this.#record(details),
    );
    if (this.state.volumes === undefined) return false;
    if (this.state.sandbox !== undefined) return true;
    const config: PodSandboxConfig = sandboxConfig(pod, this.#context.nodeName);
    try {
      this.state.sandbox = await this.#context.runtime.runPodSandbox(config);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#record({
        type: 'Warning',
        reason: 'FailedCreatePodSandBox',
        message: `Failed to create pod sandbox: rpc error: code = Unknown desc = ${reason}`,
      });
      return false;
    }
    this.#reportSandbox();
    // A new sandbox is news: there is a second look right after this one.
    this.#pending = true;
    return true;
  }

  /** Says at once that the sandbox is ready; the address and the rest come with the next report. */
  #reportSandbox(): void {
    this.#context.store.update<PodObject>('pods', this.#identity.namespace, this.#identity.name, (draft) => {
      if (draft.metadata.uid !== this.#identity.uid) return;
      const condition = draft.status?.conditions?.find(({ type }) => type === 'PodReadyToStartContainers');
      if (condition === undefined || condition.status === 'True') return;
      condition.status = 'True';
      condition.lastTransitionTime = timestamp(this.#context.now());
    });
  }

  async #startContainers(pod: PodObject): Promise<number> {
    const { syncIntervalMs, errorIntervalMs } = this.#context.timing;
    let next = syncIntervalMs;
    for (const container of containersToStart(pod, this.state)) {
      if (this.#leaving.signal.aborted) break;
      const { run, retryAfterMs } = await this.#launcher.launch(pod, container, this.#leaving.signal);
      if (run === undefined) next = Math.min(next, retryAfterMs ?? errorIntervalMs);
      else {
        this.#probes.watch(pod, container, run);
        this.#pending = true;
      }
    }
    return next;
  }

  /** Containers whose image changed, or whose probe says so, are ended to be started again. */
  async #killCondemned(pod: PodObject): Promise<void> {
    for (const { name, run } of this.state.running()) {
      const container = containerNamed(pod, name);
      if (container === undefined) continue;
      const changed = container.kind !== 'ephemeral' && run.specImage !== container.spec.image;
      const message = changed
        ? `Container ${name} definition changed, will be restarted`
        : this.state.condemned.get(run.id);
      if (message === undefined) continue;
      this.state.condemned.delete(run.id);
      const grace = fixedGrace(pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S);
      await this.#kill(pod, name, message, grace);
      run.look();
    }
  }

  async #kill(pod: PodObject, name: string, message: string, grace: Grace): Promise<void> {
    const container = containerNamed(pod, name);
    const run = this.state.latest(name);
    if (container === undefined || run === undefined) return;
    const record = (details: EventDetails): void => this.#record(details);
    await killContainer({ pod, state: this.state, container, run, message, grace, record });
  }

  /** Ends all containers, sidecars last, and gives the pod's resources back. */
  async #terminate(pod: PodObject): Promise<void> {
    if (this.#finished) return;
    if (!this.#removed && pod.metadata.deletionTimestamp !== undefined) {
      this.#write(holdPhase(this.#report(pod, false), pod.status));
    }
    this.#probes.stop();
    const grace = this.#grace();
    const running = this.state.running().map(({ name }) => name);
    const isSidecar = (name: string): boolean => containerNamed(pod, name)?.sidecar === true;
    const stop = async (name: string): Promise<void> =>
      this.#kill(pod, name, `Stopping container ${name}`, grace);
    await Promise.all(running.filter((name) => !isSidecar(name)).map(stop));
    for (const name of running.filter(isSidecar).toReversed()) await stop(name);
    await this.#launcher.readMessages(this.#pod);
    for (const runs of this.state.runs.values()) for (const run of runs) run.look();
    const { sandbox } = this.state;
    void this.state.podIP;
    this.state.sandbox = undefined;
    if (!this.#removed) this.#write(this.#report(this.#pod, true));
    await sandbox?.remove();
    const directory = podDirectory(this.#context.stateDir, pod);
    await rm(directory, { recursive: true, force: true });
  }

  /** The containers are removed from the runtime and their logs deleted, a moment before the pod's object goes. */
  async #forgetContainers(pod: PodObject): Promise<void> {
    this.state.runs.clear();
    const logs = podLogDirectory(this.#context.stateDir, pod);
    await rm(logs, { recursive: true, force: true });
    if (this.#removed) return;
    const { relistIntervalMs } = this.#context.timing;
    const options = { signal: this.#stopping.signal };
    await delay(relistIntervalMs * this.#context.random(), undefined, options).catch(() => {});
  }

  #grace(): Grace {
    const startedAt = performance.now();
    const total = (): number => {
      if (this.#removed) return REMOVED_GRACE_S;
      const { deletionTimestamp, deletionGracePeriodSeconds } = this.#pod.metadata;
      const own = this.#pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S;
      return deletionTimestamp === undefined ? own : (deletionGracePeriodSeconds ?? own);
    };
    return {
      seconds: () => total() - (performance.now() - startedAt) / MS_PER_S,
      onChange: (listener) => {
        this.#graceListeners.add(listener);
        return () => this.#graceListeners.delete(listener);
      },
    };
  }

  /** The last act: the object goes, unless finalizers hold it. */
  #leave(pod: PodObject): void {
    const { store, now, events, crashBackOff, imageBackOff } = this.#context;
    const { namespace, name, uid } = this.#identity;
    if (!this.#removed && pod.metadata.deletionTimestamp !== undefined) {
      const last = store.update<PodObject>('pods', namespace, name, (draft) => {
        if (draft.metadata.uid !== uid) return;
        Object.assign(draft.metadata, {
          deletionTimestamp: timestamp(now()),
          deletionGracePeriodSeconds: 0,
        });
      });
      const held = (last?.metadata.finalizers ?? []).length > 0;
      if (last?.metadata.uid === uid && !held) store.remove('pods', namespace, name);
    }
    events.forget(uid);
    crashBackOff.forget(uid);
    imageBackOff.forget(uid);
    // Not awaited: this is the last of what is under way.
    void this.stop();
    this.#finish();
  }

  #checkDeadline(): void {
    if (this.state.verdict === undefined && this.#untilDeadline() > 0) return;
    const message = 'Pod was active on the node longer than the specified deadline';
    this.state.verdict = { phase: 'Failed', reason: 'DeadlineExceeded', message };
    this.#record({ type: 'Normal', reason: 'DeadlineExceeded', message });
  }

  /** Milliseconds until the pod's own deadline. */
  #untilDeadline(): number {
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds === undefined) return Infinity;
    const until = this.state.startTime.getTime() + activeDeadlineSeconds * MS_PER_S;
    return Math.max(0, until - this.#context.now().getTime());
  }

  #report(pod: PodObject, terminal: boolean): PodStatus {
    return podStatus(pod, this.state.podView(pod, terminal), this.#context.now());
  }

  #write(status: PodStatus): void {
    const { namespace, name, uid } = this.#identity;
    const stored = this.#context.store.update<PodObject>('pods', namespace, name, (draft) => {
      if (draft.metadata.uid === uid) draft.status = { ...withoutReport(draft.status), ...status };
    });
    if (stored?.metadata.uid === uid) this.#pod = stored;
  }

  #record(details: EventDetails): void {
    this.#context.events.record(this.#pod, this.state.resourceVersion, details);
  }

  /** The end of a container is noticed at the next time the runtime is asked. */
  #relist(): void {
    const { relistIntervalMs } = this.#context.timing;
    setTimeout(() => {
      void this.#launcher.readMessages(this.#pod).then(() => {
        for (const runs of this.state.runs.values()) for (const run of runs) run.look();
        this.wake();
      });
    }, relistIntervalMs * this.#context.random()).unref();
  }
}

function isTerminal(status: PodStatus | undefined): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** What others keep in the status, without what an earlier report said and the next may not say. */
function withoutReport(status: PodStatus | undefined): PodStatus {
  const {
    reason: _reason,
    message: _message,
    allocatedResources: _allocated,
    podIP: _podIP,
    podIPs: _podIPs,
    ...rest
  } = status ?? {};
  return rest;
}
