import { rm } from 'node:fs/promises';
import type { ContainerLauncher } from '../container/container-launcher.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import { fixedGrace, type Grace, killContainer } from '../container/kill-container.ts';
import { podDirectory, podLogDirectory } from '../paths.ts';
import type { PodReporter } from './pod-reporter.ts';
import { containerNamed, type PodState, type KillRequest } from './pod-state.ts';
import type { ProbeManager } from '../probes/probe-manager.ts';
import { holdPhase } from '../status/pod-status.ts';
import { finalStatus } from '../status/final-status.ts';

const MS_PER_S = 1000;
/** The API's default for terminationGracePeriodSeconds. */
const DEFAULT_GRACE_S = 30;
/** Minimum grace period of a pod whose object was force-deleted. */
const REMOVED_GRACE_S = 1;

export interface PodParts {
  context: KubeletContext;
  state: PodState;
  reporter: PodReporter;
  launcher: ContainerLauncher;
  probes: ProbeManager;
}

/** Kills a pod's containers: some, to restart them, or all, to terminate the pod. */
export class PodEnding {
  /** The pod's object was deleted from the API. */
  removed = false;
  readonly #parts: PodParts;
  readonly #graceListeners = new Set<() => void>();

  constructor(parts: PodParts) {
    this.#parts = parts;
  }

  /** The grace period may have been shortened. */
  graceChanged(): void {
    for (const listener of this.#graceListeners) listener();
  }

  /**
   * Kills containers that must restart because their image changed or a probe failed. Returns the names of the killed
   * containers.
   */
  async killToRestart(): Promise<ReadonlySet<string>> {
    const { state, reporter } = this.#parts;
    const { pod } = reporter;
    const killed = new Set<string>();
    for (const { name, run } of state.running()) {
      const container = containerNamed(pod, name);
      if (container === undefined) continue;
      const changed = container.kind !== 'ephemeral' && run.specImage !== container.spec.image;
      const killRequest: KillRequest | undefined = changed
        ? { message: `Container ${name} definition changed, will be restarted` }
        : state.pendingKills.get(run.id);
      if (killRequest === undefined) continue;
      state.pendingKills.delete(run.id);
      const seconds = killRequest.graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S;
      await this.#kill(name, killRequest.message, fixedGrace(seconds));
      run.refresh();
      killed.add(name);
    }
    return killed;
  }

  /** Kills all containers, sidecars last, reports the final status, and releases the pod's resources. */
  async endAll(): Promise<void> {
    const { context, state, reporter, launcher, probes } = this.#parts;
    if (!this.removed && reporter.pod.metadata.deletionTimestamp !== undefined) {
      reporter.write(holdPhase(reporter.status(false), reporter.pod.status));
    }
    probes.stop();
    const grace = this.#grace();
    const running = state.running().map(({ name }) => name);
    const isSidecar = (name: string): boolean => containerNamed(reporter.pod, name)?.sidecar === true;
    const stop = async (name: string): Promise<void> => this.#kill(name, `Stopping container ${name}`, grace);
    await Promise.all(running.filter((name) => !isSidecar(name)).map(stop));
    for (const name of running.filter(isSidecar).toReversed()) await stop(name);
    await launcher.readMessages(reporter.pod);
    for (const runs of state.runs.values()) for (const run of runs) run.refresh();
    const sandbox = state.takeSandbox();
    if (!this.removed) reporter.write(finalStatus(reporter.pod.spec, reporter.status(true)));
    await sandbox?.remove();
    const directory = podDirectory(context.stateDir, reporter.pod);
    context.runtime.volumes?.remove(directory);
    await (context.runtime.files?.remove(directory) ?? rm(directory, { recursive: true, force: true }));
  }

  /** Drops the terminated containers and deletes their logs. */
  async dropContainers(): Promise<void> {
    const { context, state, reporter } = this.#parts;
    state.runs.clear();
    const logs = podLogDirectory(context.stateDir, reporter.pod);
    await rm(logs, { recursive: true, force: true });
  }

  async #kill(name: string, message: string, grace: Grace): Promise<void> {
    const { state, reporter } = this.#parts;
    const { pod } = reporter;
    const container = containerNamed(pod, name);
    const run = state.latest(name);
    if (container === undefined || run === undefined) return;
    await killContainer({
      pod,
      state,
      container,
      run,
      message,
      grace,
      record: (details) => reporter.record(details),
    });
  }

  #grace(): Grace {
    const startedAt = performance.now();
    const total = (): number => {
      if (this.removed) return REMOVED_GRACE_S;
      const { metadata, spec } = this.#parts.reporter.pod;
      const own = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S;
      if (metadata.deletionTimestamp === undefined) return own;
      return metadata.deletionGracePeriodSeconds ?? own;
    };
    return {
      seconds: () => total() - (performance.now() - startedAt) / MS_PER_S,
      onChange: (listener) => {
        this.#graceListeners.add(listener);
        return () => this.#graceListeners.delete(listener);
      },
    };
  }
}
