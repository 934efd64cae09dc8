import type { Container, EnvVar, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';

export type Workflow = 'ephemeral' | 'copy' | 'node';

/** Profiles that change a container; `auto` stands for the strongest of them that the namespace admits. */
export type AppliedProfile = 'general' | 'baseline' | 'restricted' | 'netadmin' | 'sysadmin' | 'legacy';
export type ProfileName = AppliedProfile | 'auto';

/** A whole number in [0, below), at random: `World.randomInt`, or a counter in tests. */
export type RandomInt = (below: number) => number;

/** A container's fields as a `--custom` file gives them. */
export type PartialContainer = Partial<Container>;

/** One API write, exactly as it will be sent. */
export interface Write {
  verb: 'create' | 'patch' | 'delete';
  /** Such as `/api/v1/namespaces/NS/pods/NAME/ephemeralcontainers`. */
  path: string;
  contentType: string;
  body: unknown;
  /** When it may be sent: at once, or once the created pod runs (`--replace`). */
  after: 'now' | 'copy-running';
}

/** Something the user should know before or after the writes. */
export interface Notice {
  level: 'info' | 'warning';
  /** Stable name, for scripts and tests, such as `target-chosen`. */
  code: string;
  /** One line, unsanitised: the shower makes control characters visible. */
  text: string;
  /** Shown even with --quiet. */
  always?: boolean;
}

/** The one address of a debug container: `NAMESPACE/POD/CONTAINER`. */
export interface Address {
  namespace: string;
  pod: string;
  container: string;
}

/** What a session needs to know of the debug container. */
export interface PlannedSession {
  address: Address;
  stdin: boolean;
  tty: boolean;
}

/** What to remove once the session is over. */
export interface Removal {
  path: string;
  /** What is removed, for messages: `pod NS/NAME`. */
  what: string;
}

/** All that a request will do, as data: dry-run prints it, apply sends it, tests compare it. */
export interface Plan {
  workflow: Workflow;
  writes: Write[];
  notices: Notice[];
  /** Absent when there is no debug container (a copy with only its images changed). */
  session?: PlannedSession;
  cleanup: Removal[];
  /** The pod after the writes, as the client expects it (ephemeral: the patched pod). */
  pod: Pod;
  container?: Container | EphemeralContainer;
}

/** Single adjustments to the security context, after profile and custom file. */
export interface Adjustments {
  capAdd: string[];
  capDrop: string[];
  privileged?: boolean;
  runAs?: { uid: number; gid?: number };
}

/** Which parts of the original a copy keeps. */
export interface Keep {
  labels: boolean;
  /** Keys of single labels to keep. */
  labelKeys: readonly string[];
  annotations: boolean;
  liveness: boolean;
  readiness: boolean;
  startup: boolean;
  initContainers: boolean;
  hostPorts: boolean;
}

/** What the copy workflow was asked for. */
export interface CopyRequest {
  /** Name of the copy. */
  name: string;
  setImages: readonly { name: string; value: string }[];
  /** Absent: as the original has it, or true where it says nothing. */
  shareProcesses?: boolean;
  sameNode: boolean;
  node?: string;
  replace: boolean;
  restart?: RestartPolicy;
  keep: Keep;
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** What the user asked for, checked and with its defaults: the input of every planner. */
export interface DebugRequest {
  /** Name of the debug container, or of the one to change in a copy. */
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
  /** Container to target; empty: none; absent: the planner chooses. */
  target?: string;
  mountsFromTarget: boolean;
  mountsReadWrite: boolean;
  envFromTarget: boolean;
  asTarget: boolean;
  /** Present: the copy workflow, for pods. */
  copy?: CopyRequest;
  /** Where a copy or a node pod is created, if not in the target's or current namespace. */
  toNamespace?: string;
  hostShell: boolean;
  /** Whether a copy or node pod is removed after its session. */
  remove: boolean;
  /** Flags that were written, by long name. */
  written: ReadonlySet<string>;
}
