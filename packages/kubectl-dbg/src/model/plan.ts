import type { Container, EnvVar, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';

export type Workflow = 'ephemeral' | 'copy' | 'node';

/** Profiles that change a container. `auto` is the strongest of them that the namespace admits. */
export type AppliedProfile = 'general' | 'baseline' | 'restricted' | 'netadmin' | 'sysadmin' | 'legacy';
/** Profiles that a user can request. */
export type ProfileName = AppliedProfile | 'auto';

/** A random integer in [0, below): `World.randomInt`, or a counter in tests. */
export type RandomInt = (below: number) => number;

/** The fields of a container in a `--custom` file. */
export type PartialContainer = Partial<Container>;

/** One API write, exactly as it is sent. */
export interface Write {
  verb: 'create' | 'patch' | 'delete';
  /** For example `/api/v1/namespaces/NS/pods/NAME/ephemeralcontainers`. */
  path: string;
  contentType: string;
  body: unknown;
  /** When to send it: at once, or when the created pod runs (`--replace`). */
  after: 'now' | 'copy-running';
}

/** Something the user should know before or after the writes. */
export interface Notice {
  level: 'info' | 'warning';
  /** Stable name, for scripts and tests, such as `target-chosen`. */
  code: string;
  /** One line, unsanitised: the code that prints it makes control characters visible. */
  text: string;
  /** Shown even with --quiet. */
  always?: boolean;
}

/** The address of a debug container: `NAMESPACE/POD/CONTAINER`. */
export interface Address {
  namespace: string;
  pod: string;
  container: string;
}

/** What a session needs to know about the debug container. */
export interface PlannedSession {
  address: Address;
  stdin: boolean;
  tty: boolean;
}

/** An object to delete after the session. */
export interface Removal {
  path: string;
  /** The name of the object in messages: `pod NS/NAME`. */
  what: string;
}

/** Everything that a request will do, as data: a dry run prints it, apply sends it, tests compare it. */
export interface Plan {
  workflow: Workflow;
  writes: Write[];
  notices: Notice[];
  /** Absent if there is no debug container (a copy in which only images change). */
  session?: PlannedSession;
  cleanup: Removal[];
  /** Prefix of a command that runs by exec, so that it runs inside the target. */
  execPrefix?: readonly string[];
  /** What is debugged, for the mark on created objects. */
  source?: { kind: 'Pod' | 'Node'; namespace?: string; name: string; uid?: string };
  /** The pod after the writes, as the client expects it (ephemeral: the patched pod). */
  pod: Pod;
  container?: Container | EphemeralContainer;
}

/** Individual changes of the security context, after profile and custom file. */
export interface Adjustments {
  capAdd: string[];
  capDrop: string[];
  privileged?: boolean;
  runAs?: { uid: number; gid?: number };
}

/** Requests and limits of a container by resource name (`cpu`, `memory`); values are Kubernetes quantities. */
export interface ResourceRequest {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

/** Parts of the original that a copy keeps. */
export interface Keep {
  labels: boolean;
  /** Keys of individual labels to keep. */
  labelKeys: readonly string[];
  annotations: boolean;
  liveness: boolean;
  readiness: boolean;
  startup: boolean;
  initContainers: boolean;
  hostPorts: boolean;
}

/** Options of the copy workflow. */
export interface CopyRequest {
  /** Name of the copy. */
  name: string;
  setImages: readonly { name: string; value: string }[];
  /** Absent: as in the original, or true if it is not set there. */
  shareProcesses?: boolean;
  sameNode: boolean;
  node?: string;
  replace: boolean;
  restart?: RestartPolicy;
  keep: Keep;
}

/** How much of its target a debug container enters. */
export type EnterMode = 'root' | 'namespaces';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** The user's request, validated and with defaults: the input of every planner. */
export interface DebugRequest {
  /** Name of the debug container, or of the container to change in a copy. */
  container?: string;
  /** Always set for ephemeral containers and nodes. */
  image?: string;
  imagePullPolicy?: string;
  env: EnvVar[];
  /** Program and arguments, or only arguments. */
  words: readonly string[];
  argumentsOnly: boolean;
  attach: boolean;
  stdin: boolean;
  tty: boolean;
  profile: ProfileName;
  custom?: PartialContainer;
  adjust: Adjustments;
  /** For containers of copies and node pods; ephemeral containers can't have any. */
  resources?: ResourceRequest;
  /** Container to target; empty: none; absent: the planner decides. */
  target?: string;
  mountsFromTarget: boolean;
  mountsReadWrite: boolean;
  envFromTarget: boolean;
  asTarget: boolean;
  /** Runs the command in the target's file system, and with `namespaces` in its namespaces too; absent: neither. */
  enter?: EnterMode;
  /** The container only sleeps; the command runs in it by exec. */
  sleeps?: boolean;
  /** Present: the copy workflow, for pods. */
  copy?: CopyRequest;
  /** Namespace of a copy or a node pod, if it differs from the target's or the current one. */
  toNamespace?: string;
  hostShell: boolean;
  /** Delete a copy or node pod after its session. */
  remove: boolean;
  /** Seconds after which a copy or node pod terminates (activeDeadlineSeconds); 0: never; absent: the default. */
  ttl?: number;
  /** Flags on the command line, by long name. */
  written: ReadonlySet<string>;
}
