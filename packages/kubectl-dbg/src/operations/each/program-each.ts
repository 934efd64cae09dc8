import type { Cluster } from '../../cluster/index.ts';
import { parseTarget } from '../../targets/index.ts';
import { targetPodUids } from '../../targets/list-target-pods.ts';
import { type DebugOptions, requestOfProgram } from '../debug/program-request.ts';
import { EACH_DEFAULTS, type EachPace, type EachRequest, type EachSelection } from './request.ts';

/**
 * The pods to run a command in, and how, for callers of the library. Only `command` is required. Times are in
 * milliseconds.
 */
export interface DebugEachRequest
  extends
    Pick<
      DebugOptions,
      | 'image'
      | 'env'
      | 'imagePullPolicy'
      | 'profile'
      | 'capabilities'
      | 'privileged'
      | 'runAs'
      | 'mountsFromTarget'
    >,
    Partial<Omit<EachSelection, 'uids' | 'namespaces'>>,
    Partial<EachPace> {
  /** Program and arguments. */
  command: readonly string[];
  /** `POD`, or `TYPE/NAME` of a workload, which selects all its pods; default: all pods that match the selectors. */
  targets?: readonly string[];
  /** Namespaces, or `all`; default: the cluster's current namespace. */
  namespaces?: readonly string[] | 'all';
  /** Sent to the stdin of each command, which is then closed. */
  input?: Uint8Array | string;
  via?: EachRequest['via'];
  reuse?: boolean;
  /** The reason, recorded on each pod. */
  why?: string;
  /** Bytes to keep of each output; default 1 MiB. */
  maxOutput?: number;
}

/** The request for the options of a program. Throws ApiStatusError or DbgError if a target is not found. */
export async function requestOfEach(
  cluster: Cluster,
  options: DebugEachRequest,
  signal: AbortSignal,
): Promise<EachRequest> {
  const { command, targets, input, namespaces = [cluster.namespace] } = options;
  const uids = targets === undefined ? undefined : new Set<string>();
  const [home = cluster.namespace] = namespaces === 'all' ? [] : namespaces;
  for (const word of targets ?? [])
    for (const uid of await targetPodUids(cluster, parseTarget(word), home, signal)) uids?.add(uid);
  const debug = requestOfProgram({ ...options, target: 'each' }, { stdin: input !== undefined });
  const { reuse = false, via = reuse ? 'exec' : 'log', why } = options;
  return {
    selection: {
      namespaces: namespaces === 'all' ? [] : namespaces,
      excludeNamespaces: options.excludeNamespaces ?? [],
      onePerOwner: options.onePerOwner ?? false,
      eachContainer: options.eachContainer ?? false,
      maxDebugContainers: options.maxDebugContainers ?? EACH_DEFAULTS.maxDebugContainers,
      ...(uids === undefined ? {} : { uids }),
      ...given(options, ['labelSelector', 'fieldSelector', 'sample', 'shard']),
    },
    pace: {
      parallel: options.parallel ?? EACH_DEFAULTS.parallel,
      rate: options.rate ?? EACH_DEFAULTS.rate,
      perNode: options.perNode ?? EACH_DEFAULTS.perNode,
      perWarmNode: options.perWarmNode ?? options.perNode ?? EACH_DEFAULTS.perWarmNode,
      startTimeout: options.startTimeout ?? EACH_DEFAULTS.startTimeout,
      halt: options.halt ?? 'soon',
      ...given(options, ['first', 'runTimeout', 'deadline', 'maxFailures']),
    },
    debug: { ...debug, words: command },
    workflow: 'ephemeral',
    via,
    reuse,
    ...(why === undefined ? {} : { why }),
    maxOutput: options.maxOutput ?? EACH_DEFAULTS.maxOutput,
    ...(input === undefined ? {} : { input: Buffer.from(input) }),
    live: false,
  };
}

/** Those of the fields that are defined. */
function given<T extends object, K extends keyof T>(
  options: T,
  keys: readonly K[],
): { [P in K]?: NonNullable<T[P]> } {
  const entries = keys.map((key) => [key, options[key]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [P in K]?: NonNullable<T[P]> };
}
