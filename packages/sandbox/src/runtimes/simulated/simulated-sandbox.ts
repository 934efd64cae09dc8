import type { Duplex } from 'node:stream';
import type { LogLimits } from '../../cri/log/log-writer.ts';
import { resolveUser } from '../../cri/image-user.ts';
import type {
  ContainerConfig,
  LinuxUser,
  PodSandbox,
  PodSandboxConfig,
  RuntimeContainer,
} from '../../cri/runtime.ts';
import { ANNOTATION_PREFIX, onlyFiles, readBehaviour } from './behaviour.ts';
import type { Clock } from './clock.ts';
import { FileTree } from './file-tree.ts';
import { LazyLog } from './lazy-log.ts';
import { ProcessTable } from './process-table.ts';
import { Random, seededId } from './random.ts';
import type { Machine } from './shell/process.ts';
import { httpAnswer, serveConnection } from './port.ts';
import type { SimulatedVolumes } from './volumes.ts';
import { SimulatedContainer } from './simulated-container.ts';

/** What all sandboxes of a simulated runtime share. */
export interface SimulatedEnvironment {
  clock: Clock;
  volumes: SimulatedVolumes;
  seed: number;
  /** How long a container takes to start, in ms, and the relative variation. */
  startDelayMs: number;
  jitter: number;
  logLimits: LogLimits;
}

/** A restart takes some time even here, so that the states between two runs can be observed. */
const RESTART_MS = 300;
/** The file that the image of the HTTP service runs. */
const HTTP_SERVICE_FILE = '/app/server.js';
/** The user of the pause process. */
const PAUSE_UID = 65_535;

/** A simulated pod. */
export class SimulatedSandbox implements PodSandbox {
  readonly id: string;
  readonly ip: string | undefined;
  readonly containers = new Map<string, SimulatedContainer>();
  readonly #environment: SimulatedEnvironment;
  readonly #config: PodSandboxConfig;
  readonly #name: readonly (string | number)[];
  /** Number of requests that the HTTP service has handled. */
  #requests = 0;
  /** The processes of all containers, if they share a PID namespace. */
  #shared: ProcessTable | undefined;

  /** @param generation number of earlier sandboxes of a pod with that name */
  constructor(
    environment: SimulatedEnvironment,
    config: PodSandboxConfig,
    ip: string | undefined,
    generation: number,
  ) {
    this.#environment = environment;
    this.#config = config;
    this.#name = [environment.seed, config.namespace, config.name, generation];
    this.id = seededId(...this.#name);
    this.ip = ip;
  }

  async createContainer(config: ContainerConfig): Promise<RuntimeContainer> {
    const { startDelayMs, jitter, clock, logLimits } = this.#environment;
    const name = [...this.#name, config.name, config.attempt];
    const id = seededId(...name);
    const user = userOf(config);
    const behaviour = readBehaviour(config, user, this.#config.hostname);
    const drawn = jitter === 0 ? 1 : 1 + jitter * (2 * new Random(...name, 'start').next() - 1);
    this.#checkTarget(config, id);
    const processes = this.#processes(config);
    const container = new SimulatedContainer({
      id,
      config,
      user,
      behaviour,
      startDelay:
        (behaviour.startDelay ?? (config.attempt > 0 ? Math.max(startDelayMs, RESTART_MS) : startDelayMs)) *
        drawn,
      machine: () => this.#machine(user, name, config, processes),
      processes,
      init: this.#hasOwnProcesses(config),
      log: new LazyLog(config.logPath, () => clock.now(), logLimits),
    });
    this.containers.set(id, container);
    this.#endWithTarget(container, config);
    return container;
  }

  #machine(
    user: LinuxUser,
    name: readonly (string | number)[],
    config?: ContainerConfig,
    processes = new ProcessTable(),
  ): Machine {
    const memoryLimit = config?.resources.memoryLimit;
    return {
      clock: this.#environment.clock,
      random: new Random(...name),
      hostname: this.#config.hostname,
      uid: user.uid,
      gid: user.gid,
      tree: new FileTree({
        mounts: config?.mounts ?? [],
        volumes: this.#environment.volumes,
        image: config && onlyFiles(config.image),
        rootOf: (pid) => processes.rootOf(pid),
      }),
      processes,
      connect: (port) => this.connect(port),
      ...(memoryLimit === undefined ? {} : { memoryLimit }),
    };
  }

  #processes({ targetContainerId = '' }: ContainerConfig): ProcessTable {
    if (!this.#config.shareProcessNamespace) {
      return this.containers.get(targetContainerId)?.processes ?? new ProcessTable();
    }
    if (this.#shared === undefined) {
      this.#shared = new ProcessTable();
      this.#shared.add({ uid: PAUSE_UID, argv: ['/pause'] }, true);
    }
    return this.#shared;
  }

  #hasOwnProcesses({ targetContainerId }: ContainerConfig): boolean {
    return targetContainerId === undefined && !this.#config.shareProcessNamespace && !this.#config.host.pid;
  }

  /** When the init process of a PID namespace terminates, the kernel kills all others in it. */
  #endWithTarget(container: SimulatedContainer, { targetContainerId = '' }: ContainerConfig): void {
    if (this.#config.shareProcessNamespace) return;
    void this.containers.get(targetContainerId)?.exited.then(() => container.signal('SIGKILL'));
  }

  #checkTarget({ targetContainerId }: ContainerConfig, id: string): void {
    if (targetContainerId === undefined) return;
    if (this.containers.get(targetContainerId)?.state.phase === 'running') return;
    throw new Error(
      `failed to generate container ${JSON.stringify(id)} spec: failed to generate spec opts: invalid target container: container ${JSON.stringify(targetContainerId)} is not running - in state CONTAINER_EXITED`,
    );
  }

  /**
   * A port with an annotation runs its shell program, with the connection as stdin and stdout. Otherwise a container that
   * runs as a service responds to HTTP on every port.
   */
  async connect(port: number): Promise<Duplex> {
    const script = this.#portScript(port);
    if (script === undefined) {
      throw new Error(
        `failed to connect to localhost:${port} inside namespace ${JSON.stringify(this.id)}, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
      );
    }
    const machine = this.#machine({ uid: 0, gid: 0, supplementalGroups: [] }, [...this.#name, 'port', port]);
    return serveConnection(script, machine);
  }

  async probePort(port: number): Promise<boolean> {
    return this.#listens(port);
  }

  #listens(port: number): boolean {
    return (
      this.#config.annotations[`${ANNOTATION_PREFIX}port.${port}`] !== undefined ||
      [...this.containers.values()].some((container) => container.isService)
    );
  }

  #portScript(port: number): string | undefined {
    const script = this.#config.annotations[`${ANNOTATION_PREFIX}port.${port}`];
    if (script !== undefined) return script;
    const services = [...this.containers.values()].filter((container) => container.isService);
    if (services.some(({ image }) => image.config.Entrypoint?.includes(HTTP_SERVICE_FILE))) {
      this.#requests += 1;
      return httpAnswer(`hello from ${this.#config.hostname}, request ${this.#requests}\n`);
    }
    return services.length > 0 ? httpAnswer('simulated\n') : undefined;
  }

  async remove(): Promise<void> {
    await Promise.all([...this.containers.values()].map(async (container) => container.remove()));
  }
}

function userOf(config: ContainerConfig): LinuxUser {
  try {
    return resolveUser(config.image.config.User, config.security, config.image.layers);
  } catch {
    // A user name can't be resolved without files.
    return { uid: 0, gid: 0, supplementalGroups: [0] };
  }
}
