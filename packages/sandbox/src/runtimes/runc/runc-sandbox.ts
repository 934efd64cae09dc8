import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { LogWriter, type LogLimits } from '../../cri/log/log-writer.ts';
import type { ContainerConfig, PodSandbox, PodSandboxConfig, RuntimeContainer } from '../../cri/runtime.ts';
import { limitMemory, removeCgroup } from './cgroup.ts';
import { spawnPiped, type StreamedChild } from './child-process.ts';
import { containerProcess } from '../../cri/container-process.ts';
import { resolveUser } from '../../cri/image-user.ts';
import type { PodNetwork } from './network.ts';
import { namespaceList, ociConfig } from './oci-config.ts';
import type { NamespaceType, OciMount, OciSpec } from './oci-spec.ts';
import { pauseSpec } from './pause-spec.ts';
import { RuncContainer } from './runc-container.ts';
import { childDuplex } from './child-duplex.ts';
import { isListening } from './listening.ts';
import { lockedFlags } from './node/mount-flags.ts';
import { nodeUser } from './node/node-user.ts';
import type { RuncNode } from './node/runc-node.ts';
import { lastError, run, runcArgv, type RuncContext, waitForPidFile } from './runc-command.ts';
import { newId } from './new-id.ts';

/** What all sandboxes of a runtime share. */
export interface SandboxEnvironment {
  context: RuncContext;
  node: RuncNode;
  network: PodNetwork;
  /** The root file system of the pause container. */
  pauseRoot: string;
  /** The parent of all pods' cgroups; undefined if none may be created. */
  cgroup: string | undefined;
  capabilities: readonly string[];
  now: () => Date;
  /** Milliseconds since the epoch with a fraction, for log entries. */
  preciseNow: () => number;
  logLimits: LogLimits;
}

/** A pod's namespaces, held by a pause container, and its containers. */
export class RuncSandbox implements PodSandbox {
  readonly id: string;
  ip: string | undefined;
  readonly containers = new Map<string, RuncContainer>();
  readonly #environment: SandboxEnvironment;
  readonly #config: PodSandboxConfig;
  readonly #directory: string;
  readonly #cgroup: string | undefined;
  #pause: StreamedChild | undefined;
  #pausePid = 0;
  #removed = false;
  #starting: Promise<void> | undefined;

  constructor(environment: SandboxEnvironment, config: PodSandboxConfig) {
    this.id = newId();
    this.#environment = environment;
    this.#config = config;
    this.#directory = join(environment.context.stateDir, 'sandboxes', this.id);
    this.#cgroup = environment.cgroup === undefined ? undefined : `${environment.cgroup}/pod${config.uid}`;
  }

  async start(): Promise<void> {
    this.#starting = this.#run();
    await this.#starting;
  }

  async #run(): Promise<void> {
    const { context, network, node, pauseRoot } = this.#environment;
    mkdirSync(join(this.#directory, 'shm'), { recursive: true, mode: 0o711 });
    writeFileSync(join(this.#directory, 'hostname'), `${this.#config.hostname}\n`);
    writeFileSync(join(this.#directory, 'resolv.conf'), this.#config.resolvConf);
    const cgroupsPath = this.#cgroup === undefined ? undefined : `${this.#cgroup}/${this.id}`;
    const spec = pauseSpec(this.#config, pauseRoot, cgroupsPath, node.ids);
    writeFileSync(join(this.#directory, 'config.json'), JSON.stringify(spec));
    const pidFile = join(this.#directory, 'pid');
    const logPath = join(this.#directory, 'runc.log');
    const argv = runcArgv(context, logPath, 'run', '--pid-file', pidFile, '-b', this.#directory, this.id);
    this.#pause = spawnPiped(node.enter(argv), { stdin: false, env: context.env });
    this.#pause.onOutput(() => {});
    const pid = await waitForPidFile(pidFile, this.#pause.ended);
    if (pid === undefined) {
      throw new Error(
        `failed to start sandbox ${JSON.stringify(this.id)}: ${lastError(logPath) ?? 'no reason given'}`,
      );
    }
    this.#pausePid = pid;
    if (!this.#config.host.network) this.ip = await network.attach(pid);
  }

  async createContainer(config: ContainerConfig): Promise<RuntimeContainer> {
    if (this.#removed) throw new Error(`sandbox ${JSON.stringify(this.id)} is not running`);
    const { context, node, now, preciseNow, logLimits } = this.#environment;
    const id = newId();
    const directory = join(context.stateDir, 'containers', id);
    const resolved = resolveUser(config.image.config.User, config.security, config.image.layers);
    const { user, unprivileged } = nodeUser(resolved, config.security, node.ids);
    const namespaces = this.#namespaces(config, id);
    const cgroup =
      this.#cgroup === undefined
        ? undefined
        : `${this.#cgroup}/${config.name}-${config.attempt}-${id.slice(0, 8)}`;
    for (const name of ['rootfs', 'upper', 'work']) {
      mkdirSync(join(directory, name), { recursive: true, mode: 0o755 });
    }
    const terminationLog =
      config.terminationMessagePath === undefined ? undefined : join(directory, 'termination-log');
    // The process may run as any user.
    if (terminationLog !== undefined) writeFileSync(terminationLog, '', { mode: 0o666 });
    const limit = config.resources.memoryLimit;
    const limited: ContainerConfig =
      limit === undefined || cgroup === undefined
        ? config
        : { ...config, resources: { ...config.resources, memoryLimit: limitMemory(cgroup, limit) } };
    const spec = ociConfig(limited, {
      rootfs: join(directory, 'rootfs'),
      ...(cgroup === undefined ? {} : { cgroupsPath: `${cgroup}/${id}` }),
      user,
      unprivileged,
      singleGroup: node.ids.groups === 1,
      ...containerProcess(config, user, this.#config.hostname),
      namespaces,
      mounts: this.#mounts(config, terminationLog),
      capabilities: this.#environment.capabilities,
    });
    if (node.overlay) spec.mounts.unshift(overlay(config.image.layers, directory));
    else await copyLayers(context, node, config.image.layers, spec.root.path);
    writeFileSync(join(directory, 'config.json'), JSON.stringify(spec));
    mkdirSync(dirname(config.logPath), { recursive: true });
    const container = new RuncContainer({
      id,
      context,
      node,
      config,
      place: {
        directory,
        nodePids: this.#config.host.pid,
        ...(cgroup === undefined ? {} : { cgroup }),
        ...(terminationLog === undefined ? {} : { terminationLog }),
      },
      user,
      log: new LogWriter(config.logPath, preciseNow, logLimits),
      now,
    });
    this.containers.set(id, container);
    return container;
  }

  #namespaces(config: ContainerConfig, id: string): OciSpec['linux']['namespaces'] {
    const { host, shareProcessNamespace } = this.#config;
    const pause = (type: string): string => `/proc/${this.#pausePid}/ns/${type}`;
    const own: NamespaceType[] = ['mount'];
    let pid: string | undefined;
    if (config.targetContainerId !== undefined && !host.pid && !shareProcessNamespace) {
      pid = `/proc/${this.#targetPid(config.targetContainerId, id)}/ns/pid`;
    } else if (shareProcessNamespace) pid = pause('pid');
    else if (!host.pid) own.push('pid');
    return namespaceList(
      {
        pid,
        network: host.network ? undefined : pause('net'),
        uts: host.network ? undefined : pause('uts'),
        ipc: host.ipc ? undefined : pause('ipc'),
      },
      own,
    );
  }

  #targetPid(targetId: string, id: string): number {
    const target = this.containers.get(targetId);
    if (target?.pid === undefined) {
      throw new Error(
        `failed to generate container ${JSON.stringify(id)} spec: failed to generate spec opts: invalid target container: container ${JSON.stringify(targetId)} is not running - in state CONTAINER_EXITED`,
      );
    }
    return target.pid;
  }

  #mounts(config: ContainerConfig, terminationLog: string | undefined): OciMount[] {
    const { rootless } = this.#environment.node;
    const bind = (source: string, destination: string, ...options: string[]): OciMount => ({
      destination,
      type: 'bind',
      source,
      options: ['rbind', 'rprivate', ...options, ...(rootless ? lockedFlags(source) : [])],
    });
    const requested = config.mounts.map((mount) =>
      bind(
        mount.hostPath,
        mount.containerPath,
        mount.readOnly ? 'ro' : 'rw',
        ...(mount.propagation === undefined ? [] : [mount.propagation]),
      ),
    );
    const paths = new Set(config.mounts.map((mount) => mount.containerPath));
    const added: [string, string][] = [
      [join(this.#directory, 'hostname'), '/etc/hostname'],
      [join(this.#directory, 'resolv.conf'), '/etc/resolv.conf'],
      [this.#config.host.ipc ? '/dev/shm' : join(this.#directory, 'shm'), '/dev/shm'],
    ];
    const mounts = added
      .filter(([, path]) => !paths.has(path))
      .map(([source, path]) => bind(source, path, 'rw'));
    if (terminationLog !== undefined && config.terminationMessagePath !== undefined) {
      mounts.push(bind(terminationLog, config.terminationMessagePath, 'rw'));
    }
    const image = config.image.mounts.map((mount) => bind(mount.hostPath, mount.containerPath, 'ro'));
    return [...image, ...mounts, ...requested];
  }

  async connect(port: number): Promise<Duplex> {
    const { context, node } = this.#environment;
    if (!isListening(this.#pauseProcess(), port, 'within')) {
      throw new Error(`dial tcp4 127.0.0.1:${port}: connect: connection refused`);
    }
    const namespace = `-n/proc/${this.#pausePid}/ns/net`;
    const nc = ['busybox', 'nsenter', namespace, 'busybox', 'nc', '127.0.0.1', String(port)];
    const [program = '', ...argv] = node.enterWithoutPid(nc);
    const child = spawn(program, argv, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: context.env,
      detached: true,
    });
    return childDuplex(child);
  }

  async probePort(port: number): Promise<boolean> {
    return isListening(this.#pauseProcess(), port);
  }

  #pauseProcess(): string {
    return join(this.#environment.node.proc, String(this.#pausePid));
  }

  async remove(): Promise<void> {
    const { network, node } = this.#environment;
    this.#removed = true;
    await this.#starting?.catch(() => {});
    await Promise.all([...this.containers.values()].map(async (container) => container.remove()));
    if (this.#pause !== undefined && this.#pausePid > 0) {
      node.signal(this.#pausePid, 'SIGKILL');
      await this.#pause.ended;
    }
    if (this.ip !== undefined) network.release(this.ip);
    await node.remove(this.#directory);
    if (this.#cgroup !== undefined) removeCgroup(this.#cgroup);
  }
}

/** runc mounts the root file system in the container's own mount namespace, so that no mount remains outside. */
function overlay(layers: readonly string[], directory: string): OciMount {
  return {
    destination: '/',
    type: 'overlay',
    source: 'overlay',
    options: [
      `lowerdir=${layers.join(':')}`,
      `upperdir=${join(directory, 'upper')}`,
      `workdir=${join(directory, 'work')}`,
    ],
  };
}

/** Where an unprivileged user can't mount overlayfs, a container gets a copy of its image. */
async function copyLayers(
  context: RuncContext,
  node: RuncNode,
  layers: readonly string[],
  root: string,
): Promise<void> {
  for (const layer of layers.toReversed()) {
    await run(context, node.enterWithoutPid(['busybox', 'cp', '-a', `${layer}/.`, root]));
  }
}
