import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/index.ts';
import { apiPaths } from '../model/api-paths.ts';
import { listPods } from './list-pods.ts';
import type { TargetWord } from './parse-target.ts';
import type { Workload } from './workload.ts';
import { workloadSelector } from './workload-selector.ts';

/**
 * The uids of all pods of a target argument: the pod itself, or every pod of a workload. Throws ApiStatusError, DbgError.
 */
export async function targetPodUids(
  cluster: Pick<Cluster, 'request'>,
  word: TargetWord,
  namespace: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await cluster.request<Pod & Workload>({ method: 'GET', path: word.path(namespace), signal });
  if (word.kind === 'Pod' || word.kind === 'Node') return [found.metadata?.uid ?? ''];
  const { labelSelector } = await workloadSelector(cluster, word, found, namespace, signal);
  const uids: string[] = [];
  for await (const { metadata } of listPods(cluster, apiPaths.pods(namespace), { labelSelector }, signal)) {
    uids.push(metadata?.uid ?? '');
  }
  return uids.filter((uid) => uid !== '');
}
