import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLLOW_CHECK_MS, LOG_MAX_BYTES, LOG_MAX_FILES } from '../log/log-writer.ts';
import { pauseProgram } from '../pause-program.ts';
import type { ImageService, PodSandbox, PodSandboxConfig, Runtime } from '../runtime.ts';
import { boundingSet } from './capabilities.ts';
import { cgroupMark, removeCgroup } from './cgroup.ts';
import { PodNetwork } from './network.ts';
import { writeOwner } from './owner.ts';
import { RuncSandbox, type SandboxEnvironment } from './runc-sandbox.ts';
import { runcContext } from './runc-command.ts';

/** `containerLogMonitorInterval`: how often the sizes of logs are looked at. */
const LOG_MONITOR_INTERVAL_MS = 10_000;

export interface RuncRuntimeOptions {
  /** A private directory for everything; one sandbox at a time uses it. */
  stateDir: string;
  images: ImageService;
  now?: () => Date;
  /** Search path for runc, busybox and ip. */
  path?: string;
  logMaxBytes?: number;
  logMonitorIntervalMs?: number;
  /** How long a followed log stays open after the container's end. */
  logFollowEndMs?: number;
}

/** Real containers by runc. */
export class RuncRuntime implements Runtime {
  readonly version = 'containerd://2.1.9+unknown';
  readonly mountsVolumes = true;
  readonly images: ImageService;
  readonly #environment: SandboxEnvironment;
  readonly #sandboxes = new Set<RuncSandbox>();
  readonly #monitor: NodeJS.Timeout;
  #stopped = false;

  private constructor(options: RuncRuntimeOptions) {
    const { stateDir } = options;
    const context = runcContext(stateDir, options.path);
    const pauseRoot = join(stateDir, 'pause');
    mkdirSync(context.root, { recursive: true, mode: 0o711 });
    for (const name of ['dev', 'proc']) mkdirSync(join(pauseRoot, name), { recursive: true });
    writeFileSync(join(pauseRoot, 'pause'), pauseProgram(process.arch), { mode: 0o755 });
    const now = options.now ?? ((): Date => new Date());
    this.images = options.images;
    this.#environment = {
      context,
      network: new PodNetwork(context),
      pauseRoot,
      cgroup: `/${cgroupMark(stateDir)}`,
      capabilities: boundingSet(),
      now,
      preciseNow:
        options.now === undefined ? () => performance.timeOrigin + performance.now() : () => now().getTime(),
      logLimits: {
        maxBytes: options.logMaxBytes ?? LOG_MAX_BYTES,
        maxFiles: LOG_MAX_FILES,
        followEndMs: options.logFollowEndMs ?? FOLLOW_CHECK_MS,
      },
    };
    this.#monitor = setInterval(() => {
      for (const sandbox of this.#sandboxes) {
        for (const container of sandbox.containers.values()) container.rotateLog();
      }
    }, options.logMonitorIntervalMs ?? LOG_MONITOR_INTERVAL_MS).unref();
  }

  static async start(options: RuncRuntimeOptions): Promise<RuncRuntime> {
    const runtime = new RuncRuntime(options);
    writeOwner(options.stateDir);
    await runtime.#environment.network.start();
    return runtime;
  }

  async runPodSandbox(config: PodSandboxConfig): Promise<PodSandbox> {
    if (this.#stopped) throw new Error('the runtime is being stopped');
    const sandbox = new RuncSandbox(this.#environment, config);
    this.#sandboxes.add(sandbox);
    const remove = sandbox.remove.bind(sandbox);
    sandbox.remove = async () => {
      await remove();
      this.#sandboxes.delete(sandbox);
    };
    try {
      await sandbox.start();
    } catch (error) {
      await sandbox.remove();
      throw error;
    }
    return sandbox;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#monitor);
    await Promise.all([...this.#sandboxes].map(async (sandbox) => sandbox.remove()));
    await this.#environment.network.stop();
    removeCgroup(this.#environment.cgroup);
  }
}
