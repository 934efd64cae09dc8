import type { Duplex, Readable } from 'node:stream';
import type { LogOptions, RemoteProcess, StreamOptions } from '../kubelet/node-agent.ts';
import type { Image } from '../images/image.ts';

/**
 * What the kubelet needs of a container runtime, cut as CRI cuts it: images, pod sandboxes, containers.
 *
 * Source: Kubernetes Container Runtime Interface, runtime.v1.
 */
export interface Runtime {
  /** As in a node's `status.nodeInfo.containerRuntimeVersion`. */
  readonly version: string;
  /** Whether volumes must be laid out as files for the containers (a simulated runtime mounts nothing). */
  readonly mountsVolumes: boolean;
  readonly images: ImageService;
  /** Makes the pod's namespaces and network. Throws an Error with containerd's words. */
  runPodSandbox(config: PodSandboxConfig): Promise<PodSandbox>;
  /** Stops and removes everything. */
  stop(): Promise<void>;
}

/** The images of the node, and where others come from. */
export interface ImageService {
  /** The image under that reference, if the node has it. Throws ImageError when the reference is malformed. */
  status(reference: string): Image | undefined;
  /** Fetches it. Throws ImageError with the words of containerd. */
  pull(reference: string, signal?: AbortSignal): Promise<Image>;
}

/** Which of a container's namespaces are the node's own. */
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
  /** One process namespace for all containers, which the pause process holds. */
  shareProcessNamespace: boolean;
  /** Memory limit of the whole pod in bytes, if there is one. */
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
  /** Whether something listens on a port of the pod. */
  probePort(port: number, timeoutMs: number): Promise<boolean>;
  /** Kills what still runs and gives all back. */
  remove(): Promise<void>;
}

/** A directory or file of the node in the container. */
export interface Mount {
  hostPath: string;
  containerPath: string;
  readOnly: boolean;
  propagation?: 'private' | 'rslave' | 'rshared';
}

/** The effective security settings of a container, pod-level defaults applied. */
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
  /** Counts the restarts of this container. */
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
  /** Where the log is kept, in the CRI format. */
  logPath: string;
  /** In the container; absent means none. */
  terminationMessagePath?: string;
  /** The id of the container whose process namespace it joins. */
  targetContainerId?: string;
  annotations: Readonly<Record<string, string>>;
}

/** Who the first process runs as. */
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
  /** Resolves once it has exited and its output is in the log. */
  readonly exited: Promise<void>;
  attach(streams: StreamOptions): RemoteProcess;
  /** Starts at once; `ended` rejects with an Error in the runtime's words if the command cannot be started. */
  exec(command: readonly string[], streams: StreamOptions): RemoteProcess;
  readLog(options: LogOptions, signal: AbortSignal): Readable;
  /** What the process wrote to its termination message file, at most 4096 bytes. */
  terminationMessage(): Promise<string>;
  /** The end of the log, for a termination message. */
  logTail(lines: number, bytes: number): Promise<string>;
  /** Gives its file system back; its log stays until `removeLog`. */
  remove(): Promise<void>;
  removeLog(): Promise<void>;
}

/** The container's process could not be started; the message is in containerd's words. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A failure to find or fetch an image; `reason` is the waiting reason that the kubelet shows. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly reason: 'ErrImagePull' | 'InvalidImageName' | 'RegistryUnavailable';

  constructor(reason: ImageError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
