import type { MemoryStore } from '../store/memory-store.ts';
import { createControllerClient } from './api-client.ts';
import { startDisruption } from './disruption.ts';
import { startEndpoints } from './endpoints.ts';
import { startNodeLifecycle } from './nodes/node-lifecycle.ts';
import { startQuotaStatus } from './quota-status.ts';
import { startStorage } from './storage/claims.ts';
import { startCronJobs } from './workloads/cron-job.ts';
import { startDaemonSets } from './workloads/daemon-set.ts';
import { startDeployments } from './workloads/deployment.ts';
import { startJobs } from './workloads/job.ts';
import { startReplicaSets } from './workloads/replica-set.ts';
import { startStatefulSets } from './workloads/stateful-set.ts';

export interface ControllersOptions {
  now: () => Date;
  /** The directory of dynamically provisioned volumes. */
  volumeDirectory: string;
  /** Stops the controllers. */
  signal: AbortSignal;
}

/** Makes the steps of a rollout observable, as in a real cluster. */
const LAG_MS = 20;

/** Starts the controllers of workloads, endpoints, quotas, disruption budgets and volume claims. */
export function startControllers(
  store: MemoryStore,
  { now, volumeDirectory, signal }: ControllersOptions,
): void {
  const client = createControllerClient(store, now, LAG_MS);
  const stops = [
    startReplicaSets(client),
    startDeployments(client),
    startStatefulSets(client),
    startDaemonSets(client),
    startJobs(client),
    startCronJobs(client),
    startEndpoints(client),
    startQuotaStatus(client),
    startDisruption(client),
    startStorage(client, volumeDirectory),
    startNodeLifecycle(client),
  ];
  const stopAll = (): void => {
    for (const stop of stops) stop();
  };
  if (signal.aborted) stopAll();
  else signal.addEventListener('abort', stopAll, { once: true });
}
