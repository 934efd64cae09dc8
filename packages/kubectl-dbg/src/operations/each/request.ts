import type { DebugRequest } from '../../model/plan.ts';

/** The pods (or nodes) of a run. All conditions apply together. */
export interface EachSelection {
  /** Label selector, as for `kubectl get -l`. */
  labelSelector?: string;
  /** Field selector, for example `spec.nodeName=vm-1`. */
  fieldSelector?: string;
  /** Empty: all namespaces. */
  namespaces: readonly string[];
  excludeNamespaces: readonly string[];
  /** Uids of pods that the user named (by name or by workload); absent: all that the selectors match. */
  uids?: ReadonlySet<string>;
  /** One pod of each workload: the first that is ready. */
  onePerOwner: boolean;
  /** A random sample of this size, with `seed`. */
  sample?: { count: number; seed: string };
  /** Part `index` (from 0) of `total`, by uid: the same pods for every client. */
  shard?: { index: number; total: number };
  /** A debug container for each container of a pod, not only for its default container. */
  eachContainer: boolean;
  /** Maximum of debug containers in a pod, including terminated ones; a pod with more is skipped. */
  maxDebugContainers: number;
}

/** How fast a run proceeds, and when it stops. Times in milliseconds. */
export interface EachPace {
  /** Targets that run at the same time. */
  parallel: number;
  /** Starts per second. */
  rate: number;
  /** Parallel starts on one node: a kubelet pulls one image at a time. */
  perNode: number;
  /** The same when the node has the image and pulls nothing any more. */
  perWarmNode: number;
  /** A first wave of this many targets; the others follow if it stayed within `maxFailures`. */
  first?: number;
  /** From the write until the command runs. */
  startTimeout: number;
  /** From then until the command exits; absent: no limit. */
  runTimeout?: number;
  /** For the whole run. */
  deadline?: number;
  /** Number of failed and timed-out targets after which the run stops; a share (0 to 1) counts from ten results on. */
  maxFailures?: { count: number } | { share: number };
  /** What happens then: `soon` starts no new targets, `now` also terminates the running ones. */
  halt: 'soon' | 'now';
}

/** The defaults. */
export const EACH_DEFAULTS = {
  parallel: 50,
  rate: 20,
  perNode: 1,
  perWarmNode: 10,
  startTimeout: 120_000,
  maxOutput: 1024 * 1024,
  maxDebugContainers: 5,
} as const;

/** One command in every pod of a selection. */
export interface EachRequest {
  selection: EachSelection;
  pace: EachPace;
  /** The debug container; its `words` are the command. Stdin is never a terminal's. */
  debug: DebugRequest;
  workflow: 'ephemeral' | 'copy' | 'node';
  /**
   * The reason, in the user's words: recorded on created objects. For an ephemeral container that is one more request.
   */
  why?: string;
  /** Bytes of each output that are kept in memory. */
  maxOutput: number;
  /** Sent to the stdin of each command, which is then closed. */
  input?: Uint8Array;
  /** Source of an output: the container's log, or an attach or exec, which has all of it whatever its length. */
  via: 'log' | 'attach' | 'exec';
  /** Runs in a container that an earlier run has left for that, and leaves one if there is none; only with `exec`. */
  reuse: boolean;
  /** Outputs are read while the commands run, not afterwards. */
  live: boolean;
}
