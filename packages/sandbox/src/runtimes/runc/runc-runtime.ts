import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLLOW_CHECK_MS, LOG_MAX_BYTES, LOG_MAX_FILES } from '../../cri/log/log-writer.ts';
import { pauseProgram } from './pause-program.ts';
import type {
  ImageService,
  Limitation,
  PodSandbox,
  PodSandboxConfig,
  Runtime,
  RuntimeFiles,
} from '../../cri/runtime.ts';
import { boundingSet } from './capabilities.ts';
import { removeCgroup, sandboxCgroup } from './cgroup.ts';
import { PodNetwork } from './network.ts';
import { HOW_TO_GET_USERS } from './node/id-ranges.ts';
import { openNode } from './node/open-node.ts';
import type { RuncNode } from './node/runc-node.ts';
import { RuncSandbox, type SandboxEnvironment } from './runc-sandbox.ts';
import { type RuncContext, runcContext } from './runc-command.ts';

/** `containerLogMonitorInterval`: the interval at which log sizes are checked. */
const LOG_MONITOR_INTERVAL_MS = 10_000;

export interface RuncRuntimeOptions {
  /** A private directory for everything, used by one sandbox at a time. */
  stateDir: string;
  images: ImageService;
  now?: () => Date;
  /** Search path for runc, busybox and ip. */
  path?: string;
  /** Containers get copies of their images even if overlayfs is available. */
  copies?: boolean;
  logMaxBytes?: number;
  logMonitorIntervalMs?: number;
  /** How long a followed log stays open after the container has terminated. */
  logFollowEndMs?: number;
}

/** Runs real containers with runc. */
export class RuncRuntime implements Runtime {
  readonly version = 'containerd://2.1.9+unknown';
  readonly images: ImageService;
  readonly files: RuntimeFiles;
  readonly node: RuncNode;
  readonly limitations: readonly Limitation[];
  readonly #environment: SandboxEnvironment;
  readonly #sandboxes = new Set<RuncSandbox>();
  readonly #monitor: NodeJS.Timeout;
  #stopped = false;

  private constructor(options: RuncRuntimeOptions, context: RuncContext, node: RuncNode) {
    const { stateDir } = options;
    const pauseRoot = join(stateDir, 'pause');
    for (const name of ['dev', 'proc']) mkdirSync(join(pauseRoot, name), { recursive: true });
    writeFileSync(join(pauseRoot, 'pause'), pauseProgram(process.arch), { mode: 0o755 });
    const now = options.now ?? ((): Date => new Date());
    this.images = options.images;
    this.node = node;
    this.files = node;
    const cgroup = sandboxCgroup(stateDir);
    this.limitations = limitationsOf(node.ids.users, cgroup !== undefined);
    this.#environment = {
      context,
      node,
      network: new PodNetwork(context, node),
      pauseRoot,
      cgroup,
      capabilities: boundingSet(
        readFileSync(node.rootless ? join(node.proc, '1/status') : '/proc/self/status', 'utf8'),
      ),
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
    const context = runcContext(options.stateDir, options.path);
    mkdirSync(context.root, { recursive: true, mode: 0o711 });
    const opened = await openNode(context.env, options.stateDir);
    const node = options.copies === true ? { ...opened, overlay: false } : opened;
    try {
      const runtime = new RuncRuntime(options, context, node);
      await runtime.#environment.network.start();
      return runtime;
    } catch (error) {
      await node.stop();
      throw error;
    }
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
    await this.#environment.node.stop();
    if (this.#environment.cgroup !== undefined) removeCgroup(this.#environment.cgroup);
  }
}

function limitationsOf(users: number, limits: boolean): Limitation[] {
  return [
    ...(limits
      ? []
      : [
          {
            reason: 'LimitsNotEnforced',
            message:
              'memory and CPU limits are not enforced: no cgroup is delegated to you (with systemd: systemd-run --user --scope -p Delegate=yes COMMAND)',
          },
        ]),
    ...(users > 1
      ? []
      : [
          {
            reason: 'OneUserOnly',
            message: `root, mapped to your own id, is the only user, and images with another user run as root: for more, ${HOW_TO_GET_USERS}`,
          },
        ]),
  ];
}
