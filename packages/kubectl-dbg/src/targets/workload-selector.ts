import type { Cluster } from '../cluster/index.ts';
import { apiPaths } from '../model/api-paths.ts';
import type { TargetKind, TargetWord } from './parse-target.ts';
import { latestJob, podSelector, type Workload } from './workload.ts';

/** The selector of a workload's pods. */
export interface WorkloadSelector {
  kind: TargetKind;
  /** For a CronJob, its latest Job. */
  workload: Workload;
  labelSelector: string;
}

/** Reads the selector of a workload's pods. Throws ApiStatusError, DbgError. */
export async function workloadSelector(
  cluster: Pick<Cluster, 'request'>,
  { kind }: TargetWord,
  found: Workload,
  namespace: string,
  signal: AbortSignal,
): Promise<WorkloadSelector> {
  if (kind !== 'CronJob') return { kind, workload: found, labelSelector: podSelector(kind, found) };
  const path = apiPaths.collection('batch', namespace, 'jobs');
  const jobs = await cluster.request<{ items: Workload[] }>({ method: 'GET', path, signal });
  const workload = latestJob(found, jobs.items);
  return { kind: 'Job', workload, labelSelector: podSelector('Job', workload) };
}
