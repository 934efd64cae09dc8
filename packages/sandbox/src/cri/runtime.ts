import type { Duplex, Readable } from 'node:stream';
import type { LogOptions, RemoteProcess, StreamOptions } from './remote-process.ts';
import type { Image } from './image.ts';

/**
 * The kubelet's interface to a container runtime, structured like CRI: images, pod sandboxes, containers.
 *
 * Source: Kubernetes Container Runtime Interface, runtime.v1.
 */
export interface Runtime {
  /** As in a node's `status.nodeInfo.containerRuntimeVersion`. */
  readonly version: string;
  /** Receives the files of volumes; absent if they are mounted from the node. */
  readonly volumes?: RuntimeVolumes;
  readonly images: ImageService;
  /** What the current user's containers can't have, in contrast to root's; absent or empty if nothing. */
  readonly limitations?: readonly Limitation[];
  /** Operations on files of containers' users; absent if there are none. */
  readonly files?: RuntimeFiles;
  /** Creates the pod's namespaces and network. Throws an Error with containerd's message. */
  runPodSandbox(config: PodSandboxConfig): Promise<PodSandbox>;
  /** Stops and removes everything. */
  stop(): Promise<void>;
}

/** A pod setting that has no effect on this machine. */
export interface Limitation {
  /** The reason of the Event. */
  reason: string;
  /** What, why, and what would change it, in one sentence. */
  message: string;
}

/** Operations on files of other user ids, which this process may not do itself. */
export interface RuntimeFiles {
  /** Sets the group and mode of a file. */
  setGroup(path: string, group: number, mode: number): void;
  /** Mounts a memory file system with this size limit; absent if not permitted. */
  mountMemory?(path: string, bytes: number | undefined): void;
  /** Deletes a directory recursively. */
  remove(path: string): Promise<void>;
}

/** A file of a volume. */
export interface VolumeContent {
  /** Relative to the volume's root. */
  path: string;
  data: Buffer;
}

/** Volumes of a runtime without mounts, by the path they would have on the node. */
export interface RuntimeVolumes {
  /** Creates a volume, or adds files to it. */
  put(path: string, content?: readonly VolumeContent[]): void;
  /** Deletes the volumes at and below a path. */
  remove(path: string): void;
}

/** The images of the node, and its registries. */
export interface ImageService {
  /** The image with that reference, if it is on the node. Throws ImageError if the reference is malformed. */
  status(reference: string): Image | undefined;
  /** Pulls the image. Throws ImageError with containerd's message. */
  pull(reference: string, signal?: AbortSignal, pod?: { namespace: string; name: string }): Promise<Image>;
}

/** The node's own namespaces that a container uses. */
export interface NodeNamespaces {
  network: boolean;
  pid: boolean;
  ipc: boolean;
}

export interface PodSandboxConfig {
  uid: string;
  namespace: string;
  name: string;
  hostname: string;
  host: NodeNamespaces;
  /** One process namespace, held by the pause process, for all containers. */
  shareProcessNamespace: boolean;
  /** Memory limit of the complete pod in bytes, if any. */
  memoryLimit?: number;
  sysctls: Readonly<Record<string, string>>;
  /** Content of /etc/resolv.conf. */
  resolvConf: string;
  annotations: Readonly<Record<string, string>>;
}

export interface PodSandbox {
  readonly id: string;
  /** The pod's address; absent with the node's network. */
  readonly ip: string | undefined;
  createContainer(config: ContainerConfig): Promise<RuntimeContainer>;
  /** A connection to a port of the pod's loopback address. */
  connect(port: number): Promise<Duplex>;
  /** Whether a port of the pod is open. */
  probePort(port: number, timeoutMs: number): Promise<boolean>;
  /** Kills the remaining processes and releases all resources. */
  remove(): Promise<void>;
}

/** A directory or file of the node in the container. */
export interface Mount {
  hostPath: string;
  containerPath: string;
  readOnly: boolean;
  propagation?: 'private' | 'rslave' | 'rshared';
}

/** The effective security settings of a container, including pod-level defaults. */
export interface ContainerSecurity {
  privileged: boolean;
  runAsUser?: number;
  runAsGroup?: number;
  supplementalGroups: readonly number[];
  addCapabilities: readonly string[];
  dropCapabilities: readonly string[];
  readOnlyRootFilesystem: boolean;
  noNewPrivileges: boolean;
  seccomp: 'Unconfined' | 'RuntimeDefault';
  /** `Unmasked` shows all of /proc and /sys. */
  unmaskedProc: boolean;
}

/** Limits in the kernel's units: bytes, microseconds of a period, shares. */
export interface ContainerResources {
  memoryLimit?: number;
  cpuShares?: number;
  cpuQuota?: number;
}

export interface ContainerConfig {
  name: string;
  /** Number of restarts of this container. */
  attempt: number;
  image: Image;
  /** Replaces the image's entrypoint. */
  command?: readonly string[];
  /** Replaces the image's cmd. */
  args?: readonly string[];
  env: readonly { name: string; value: string }[];
  workingDir?: string;
  mounts: readonly Mount[];
  security: ContainerSecurity;
  resources: ContainerResources;
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  /** Path of the log, in the CRI format. */
  logPath: string;
  /** Path in the container; absent means none. */
  terminationMessagePath?: string;
  /** The id of the container whose process namespace it joins. */
  targetContainerId?: string;
  annotations: Readonly<Record<string, string>>;
}

/** The user of the first process. */
export interface LinuxUser {
  uid: number;
  gid: number;
  supplementalGroups: number[];
}

export type ContainerState =
  | { phase: 'created' }
  | { phase: 'running'; startedAt: Date }
  | {
      phase: 'exited';
      /** Absent if it never started. */
      startedAt?: Date;
      finishedAt: Date;
      exitCode: number;
      signal?: number;
      reason: 'Completed' | 'Error' | 'OOMKilled' | 'StartError';
      message?: string;
    };

export interface RuntimeContainer {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: Image;
  readonly user: LinuxUser;
  readonly state: ContainerState;
  /** Throws StartError; the container has then exited with that reason and code 128. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has exited and its output is in the log. */
  readonly exited: Promise<void>;
  attach(streams: StreamOptions): RemoteProcess;
  /** Starts at once; `ended` rejects with the runtime's message if the command cannot be started. */
  exec(command: readonly string[], streams: StreamOptions): RemoteProcess;
  readLog(options: LogOptions, signal: AbortSignal): Readable;
  /** The content of the termination message file, at most 4096 bytes. */
  terminationMessage(): Promise<string>;
  /** The end of the log, for a termination message. */
  logTail(lines: number, bytes: number): Promise<string>;
  /** Releases its file system; its log is kept until `removeLog`. */
  remove(): Promise<void>;
  removeLog(): Promise<void>;
}

/** The container's process could not be started; the message is containerd's. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** An image could not be found or pulled; `reason` is the waiting reason that the kubelet shows. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly reason: 'ErrImagePull' | 'InvalidImageName' | 'RegistryUnavailable';

  constructor(reason: ImageError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
