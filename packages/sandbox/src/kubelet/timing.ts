/** The kubelet's intervals in ms; the defaults are those of a real kubelet. */
export interface KubeletTiming {
  /** Interval of pod syncs, plus up to half of it. */
  syncIntervalMs: number;
  /** The same after a failed sync. */
  errorIntervalMs: number;
  /** Latency of changes of a pod's object to the kubelet. */
  watchLatencyMs: number;
  /** Interval at which the runtime is polled for terminated containers. */
  relistIntervalMs: number;
  /** The first back-off before a container is restarted or an image pulled again; it doubles each time. */
  backOffMs: number;
  maxBackOffMs: number;
  /** How long a container must have run for its back-off to be reset. */
  backOffResetMs: number;
  /** The first pause before the retry of a failed volume; it doubles each time. */
  mountRetryMs: number;
  /** Interval of the node's heartbeats. */
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
