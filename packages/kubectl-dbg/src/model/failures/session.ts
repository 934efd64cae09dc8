import type { Address, Workflow } from '../plan.ts';
import type { Deadline, Lost, NeverStarted, Refused } from './meaning.ts';

interface ContainerFacts {
  container: string;
}

/** An image that can't be used; undefined if the pod does not say which one. */
interface ImageFacts {
  image?: string;
}

/** Debug containers that never start, and sessions that fail. */
export interface SessionFailures {
  /** The pod has scheduling gates: it is not scheduled before they are removed. */
  SchedulingGated: NeverStarted;
  /** No node fits the pod. */
  Unschedulable: NeverStarted<{ why: string }>;
  /** The name of the image is not valid. */
  ImageNameInvalid: NeverStarted<ImageFacts>;
  /** The image is not in its registry. */
  ImageNotFound: NeverStarted<ImageFacts>;
  /** The image is not on the node, and must not be pulled (`imagePullPolicy: Never`). */
  ImageNotOnNode: NeverStarted<ImageFacts>;
  /** The image is not built for the node's platform. */
  ImagePlatformMismatch: NeverStarted<ImageFacts>;
  /** The node can't read its copy of the image. */
  ImageUnreadable: NeverStarted<ImageFacts>;
  /** The node does not trust the image's signature. */
  ImageSignatureRejected: NeverStarted<ImageFacts>;
  /** The registry requires credentials for the image. */
  ImagePullForbidden: NeverStarted<ImageFacts>;
  /** The image can't be pulled, for another reason. */
  ImagePullFailed: NeverStarted<ImageFacts>;
  /** The node can't resolve the registry's host. */
  RegistryHostNotFound: NeverStarted<ImageFacts>;
  /** The registry has a rate limit for pulls. */
  RegistryRateLimited: NeverStarted<ImageFacts>;
  /** The node does not trust the registry's certificate. */
  RegistryNotTrusted: NeverStarted<ImageFacts>;
  /** The node has no disk space for the image. */
  NodeDiskFull: NeverStarted<ImageFacts>;
  /** The container must not run as root, but its image does. */
  ImageRunsAsRoot: NeverStarted<ContainerFacts>;
  /** A ConfigMap or Secret that the container needs, or a key of it, does not exist. */
  ConfigurationMissing: NeverStarted<ContainerFacts & { kind: string; name: string; key?: string }>;
  /** The container can't be configured, created or prepared, for another reason. */
  ContainerNotCreated: NeverStarted<ContainerFacts & { step: 'configure' | 'create' | 'prepare' }>;
  /** The target container, whose process namespace is to be joined, does not run. */
  TargetGone: NeverStarted<ContainerFacts & { target?: string }>;
  /** The program can't be executed; `missing`: it does not exist. */
  ProgramNotRun: NeverStarted<ContainerFacts & { program: string; missing: boolean }>;
  /** The runtime can't start the container, for another reason. */
  ContainerNotStarted: NeverStarted<ContainerFacts>;
  /** The container's postStart hook failed. */
  PostStartHookFailed: NeverStarted<ContainerFacts>;
  /** The container repeatedly exits after its start. */
  CrashLoop: NeverStarted<ContainerFacts>;
  /** The copy that is to replace its original crashed. */
  CopyCrashed: NeverStarted<ContainerFacts & { pod: string; exitCode: number }>;
  /** The pod was deleted, or is being deleted. */
  PodDeleted: NeverStarted<{ pod: string }>;
  /** The pod was rejected, evicted or has terminated: no container starts in it; `helps`: what a replacement needs. */
  PodUnusable: NeverStarted<{
    pod: string;
    node: string;
    workflow: Workflow;
    helps: 'less' | 'another-node' | 'a-copy';
  }>;
  /** The node of the pod does not exist. */
  NodeNotFound: NeverStarted<{ node: string }>;
  /** The node of the pod does not respond. */
  NodeUnreachable: NeverStarted<{ node: string }>;
  /** The node of the pod is not ready. */
  NodeNotReady: NeverStarted<{ node: string }>;
  /** The container did not start in time; `phase`: how far it got. */
  StartTimedOut: Deadline<ContainerFacts & { milliseconds: number; phase: string }>;
  /** The copy that is to replace its original did not run stably in time. */
  CopyNotStable: Deadline<{ pod: string; milliseconds: number }>;
  /** A proxy refused the attach or exec. */
  StreamRefused: Refused<ContainerFacts & { way: 'attach' | 'exec'; status: number }>;
  /** Attach or exec failed. */
  StreamFailed: Lost<ContainerFacts & { way: 'attach' | 'exec'; status?: number }>;
  /** The session broke: it is unknown how the container terminated. */
  SessionLost: Lost<ContainerFacts>;
  /** The connection of an exec broke: its command can't be resumed, and may have completed. */
  ExecLost: Lost<ContainerFacts>;
  /** The reported termination is impossible for a process. */
  EndUnknown: Lost;
  /** Standard input can't be read. */
  InputUnreadable: Lost;
  /** The connection broke before all input was sent; `ended`: the command ran to its end with a part of it. */
  InputCut: Lost<ContainerFacts & { ended: boolean }>;
  /** A part of the output is missing, or may be repeated. */
  OutputIncomplete: Lost<{ address: Address }>;
  /** The output can't be written. */
  OutputUnwritable: Lost;
  /** The session was aborted from outside. */
  SessionAborted: Lost;
  /** The pod was deleted, and with it the rest of the log. */
  LogGone: Lost<{ namespace: string; pod: string }>;
}
