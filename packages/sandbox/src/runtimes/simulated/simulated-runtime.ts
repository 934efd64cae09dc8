import { LOG_MAX_BYTES, LOG_MAX_FILES } from '../../cri/log/log-writer.ts';
import type { ImageService, PodSandbox, PodSandboxConfig, Runtime } from '../../cri/runtime.ts';
import { type Clock, REAL_CLOCK } from './clock.ts';
import { PodAddresses } from './pod-addresses.ts';
import { SimulatedImages } from './simulated-images.ts';
import { SimulatedVolumes } from './volumes.ts';
import { type SimulatedEnvironment, SimulatedSandbox } from './simulated-sandbox.ts';

/** `containerLogMonitorInterval`: the interval at which log sizes are checked. */
const LOG_MONITOR_INTERVAL_MS = 10_000;

export interface SimulatedRuntimeOptions {
  /** Seed of all random numbers. */
  seed?: number;
  clock?: Clock;
  /** How long a container takes to start, in ms. */
  startDelayMs?: number;
  /** Relative variation of the start delay, from 0 to 1. */
  jitter?: number;
  images?: ImageService;
  logMaxBytes?: number;
  logMonitorIntervalMs?: number;
}

/** Containers without processes: where runc cannot run, for thousands of pods, and for tests. */
export class SimulatedRuntime implements Runtime {
  readonly version = 'simulated://1.0.0';
  readonly volumes = new SimulatedVolumes();
  readonly images: ImageService;
  readonly #environment: SimulatedEnvironment;
  readonly #sandboxes = new Set<SimulatedSandbox>();
  readonly #generations = new Map<string, number>();
  readonly #addresses = new PodAddresses();
  readonly #monitor: NodeJS.Timeout;

  constructor(options: SimulatedRuntimeOptions = {}) {
    const clock = options.clock ?? REAL_CLOCK;
    this.images = options.images ?? new SimulatedImages(clock);
    this.#environment = {
      clock,
      volumes: this.volumes,
      seed: options.seed ?? 0,
      startDelayMs: options.startDelayMs ?? 0,
      jitter: options.jitter ?? 0,
      logLimits: { maxBytes: options.logMaxBytes ?? LOG_MAX_BYTES, maxFiles: LOG_MAX_FILES, followEndMs: 0 },
    };
    this.#monitor = setInterval(() => {
      for (const sandbox of this.#sandboxes) {
        for (const container of sandbox.containers.values()) container.rotateLog();
      }
    }, options.logMonitorIntervalMs ?? LOG_MONITOR_INTERVAL_MS).unref();
  }

  async runPodSandbox(config: PodSandboxConfig): Promise<PodSandbox> {
    const name = `${config.namespace}/${config.name}`;
    const generation = (this.#generations.get(name) ?? 0) + 1;
    this.#generations.set(name, generation);
    const ip = config.host.network ? undefined : this.#addresses.take();
    const sandbox = new SimulatedSandbox(this.#environment, config, ip, generation);
    this.#sandboxes.add(sandbox);
    const remove = sandbox.remove.bind(sandbox);
    sandbox.remove = async () => {
      await remove();
      if (this.#sandboxes.delete(sandbox) && ip !== undefined) this.#addresses.giveBack(ip);
    };
    return sandbox;
  }

  async stop(): Promise<void> {
    clearInterval(this.#monitor);
    await Promise.all([...this.#sandboxes].map(async (sandbox) => sandbox.remove()));
  }
}
