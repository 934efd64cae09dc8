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
  /** Where the volumes of claims have their directories. */
  volumeFolder: string;
  /** Stops them. */
  signal: AbortSignal;
}

/** So that those who watch see the steps of a rollout that a real cluster shows them. */
const LAG_MS = 20;

/** Starts the controllers of workloads, of services' endpoints, of quotas, of disruption budgets and of claims for volumes, which act on what is in the store. */
export function startControllers(
  store: MemoryStore,
  { now, volumeFolder, signal }: ControllersOptions,
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
    startStorage(client, volumeFolder),
    startNodeLifecycle(client),
  ];
  const stopAll = (): void => {
    for (const stop of stops) stop();
  };
  if (signal.aborted) stopAll();
  else signal.addEventListener('abort', stopAll, { once: true });
}
