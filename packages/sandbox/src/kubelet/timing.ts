/** The kubelet's times in ms; the defaults are a real kubelet's. */
export interface KubeletTiming {
  /** A pod is looked at again after so long, up to half as much more. */
  syncIntervalMs: number;
  /** The same after a look that failed. */
  errorIntervalMs: number;
  /** How long a change of a pod's object takes to reach the kubelet. */
  watchLatencyMs: number;
  /** How often the runtime is asked what has ended. */
  relistIntervalMs: number;
  /** The first pause before a container is restarted or an image pulled again; it doubles each time. */
  backOffMs: number;
  maxBackOffMs: number;
  /** How long a container may have run before its back-off starts anew. */
  backOffResetMs: number;
  /** The first pause before a volume that failed is set up again; it doubles each time. */
  mountRetryMs: number;
  /** How often the node says that it is alive. */
  heartbeatMs: number;
}

export const DEFAULT_TIMING: KubeletTiming = {
  syncIntervalMs: 60_000,
  errorIntervalMs: 10_000,
  watchLatencyMs: 40,
  relistIntervalMs: 1000,
  backOffMs: 10_000,
  maxBackOffMs: 300_000,
  backOffResetMs: 600_000,
  mountRetryMs: 500,
  heartbeatMs: 300_000,
};
