import type { SandboxUser } from '../auth/certificates/authority.ts';
import type { KubeletTiming } from '../kubelet/timing.ts';
import type { RuntimeName, SimulationOptions } from './runtime-choice.ts';

/** Options for a sandbox. */
export interface SandboxOptions {
  /** `runc` for real containers, `simulated` for scripted ones; `auto`, the default: runc if it can run. */
  runtime?: RuntimeName | 'auto';
  /** Behaviour of simulated containers: random seed, start delay, clock. */
  simulation?: SimulationOptions;
  /** Puts a relay in front of the API server, so that faults can stall connections; costs some throughput. */
  stallable?: boolean;
  /** Directory for all files; default: a temporary directory, deleted at the end. */
  stateDirectory?: string;
  /** Port of the API server on the loopback interface; 0, the default, selects a free one. */
  port?: number;
  nodeName?: string;
  /** Archives made by `docker save`, or directories of them, whose images the node has; for real containers. */
  imageArchives?: readonly string[];
  /** Maximum of pods on the node; default 110, as on a real node. */
  maxPods?: number;
  /**
   * Additional users, each with a context `kube-sandbox-NAME` in the kubeconfig; they have the rights that RBAC grants.
   */
  users?: readonly SandboxUser[];
  /** The kubelet's intervals; by default those of a real kubelet. */
  timing?: Partial<KubeletTiming>;
  /** Number of changes kept for watches that start in the past; older resourceVersions get 410 Gone. */
  historyCapacity?: number;
  /** `false`: the server, its connections and simulated containers don't keep the process alive. Default `true`. */
  keepProcessAlive?: boolean;
  /**
   * Receives warnings about problems that make nothing fail, such as faults that were never hit; by default they are
   * process warnings (`process.emitWarning`).
   */
  warn?: (message: string) => void;
}
