import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { CopyRequest, DebugRequest, EnterMode, Keep, ProfileName } from '../../model/plan.ts';
import { DbgError } from '../../model/failure.ts';
import { DEFAULT_KEEP } from '../../plan/keep.ts';
import { parseTarget } from '../../targets/index.ts';

/** What to debug, and how, for callers of the library. Only `target` is required. */
export interface DebugOptions {
  /** `POD`, `pod/NAME`, `node/NAME`, or `TYPE/NAME` of a workload, which selects one of its ready pods. */
  target: string;
  /** Image of the debug container; default `busybox`. In a copy: none, if an existing container is changed. */
  image?: string;
  /** Program and arguments; default: those of the image. */
  command?: readonly string[];
  /** Name of the debug container, or of the container to change in a copy; default: a generated name. */
  container?: string;
  /** Container whose processes are visible; default: the pod's default container; empty: none. */
  targetContainer?: string;
  /** Environment of the debug container. */
  env?: Readonly<Record<string, string>>;
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Default `general`. */
  profile?: ProfileName;
  capabilities?: { add?: readonly string[]; drop?: readonly string[] };
  privileged?: boolean;
  runAs?: { uid: number; gid?: number };
  /** Adds the volume mounts of the target container at the same paths, `read-only` or `read-write`; default: none. */
  mountsFromTarget?: 'read-only' | 'read-write';
  /**
   * Runs the command in the target's root file system, working directory and environment, with the tools of the image:
   * `root`, or `namespaces`, which also enters its other namespaces (profile sysadmin); default: neither.
   */
  enter?: EnterMode;
  /** Debugs a copy of the pod instead of the pod itself. */
  copy?: CopyOptions;
  /** Namespace of a copy or a node pod; default: that of the target, or the cluster's current namespace. */
  toNamespace?: string;
  /** Whether the container has a terminal; default false. */
  tty?: boolean;
  /** Keeps a copy or node pod after its session; default false. */
  keep?: boolean;
}

/** Changes in a copy. */
export interface CopyOptions {
  name: string;
  /** Images by container name; `*` means every other container. */
  images?: Readonly<Record<string, string>>;
  shareProcesses?: boolean;
  sameNode?: boolean;
  node?: string;
  restart?: 'Always' | 'OnFailure' | 'Never';
  /** Parts of the original to keep in addition to its init containers. */
  keep?: Partial<Keep>;
}

const DEFAULT_IMAGE = 'busybox';

/** The request for the options of a program. Throws DbgError (usage) if options contradict each other. */
export function requestOfProgram(options: DebugOptions, { stdin }: { stdin: boolean }): DebugRequest {
  const { copy, container, env = {}, tty = false, capabilities = {}, mountsFromTarget } = options;
  if (copy !== undefined && parseTarget(options.target).kind === 'Node') {
    throw new DbgError('usage', 'NodeHasNoCopy', 'a node has no copy: leave out copy');
  }
  const image = options.image ?? (copy === undefined ? DEFAULT_IMAGE : undefined);
  return {
    ...(container === undefined ? {} : { container }),
    ...(image === undefined ? {} : { image }),
    ...(options.imagePullPolicy === undefined ? {} : { imagePullPolicy: options.imagePullPolicy }),
    env: Object.entries(env).map(([name, value]): EnvVar => ({ name, value })),
    words: options.command ?? [],
    argumentsOnly: false,
    attach: true,
    stdin,
    tty,
    profile: options.profile ?? 'general',
    adjust: {
      capAdd: [...(capabilities.add ?? [])],
      capDrop: [...(capabilities.drop ?? [])],
      ...(options.privileged === undefined ? {} : { privileged: options.privileged }),
      ...(options.runAs === undefined ? {} : { runAs: options.runAs }),
    },
    ...(options.targetContainer === undefined ? {} : { target: options.targetContainer }),
    mountsFromTarget: mountsFromTarget !== undefined,
    mountsReadWrite: mountsFromTarget === 'read-write',
    envFromTarget: false,
    asTarget: false,
    ...(options.enter === undefined ? {} : { enter: options.enter }),
    ...(copy === undefined ? {} : { copy: copyRequest(copy) }),
    ...(options.toNamespace === undefined ? {} : { toNamespace: options.toNamespace }),
    hostShell: false,
    remove: options.keep !== true,
    written: new Set(),
  };
}

function copyRequest({ name, images = {}, keep, sameNode = false, ...others }: CopyOptions): CopyRequest {
  return {
    name,
    setImages: Object.entries(images).map(([container, value]) => ({ name: container, value })),
    sameNode,
    replace: false,
    keep: { ...DEFAULT_KEEP, ...keep },
    ...others,
  };
}
