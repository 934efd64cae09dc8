import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';

/** A requested pod. */
export interface AskedPod {
  namespace: string;
  pod: string;
  /** Undefined if there is no pod of that name. */
  found: Pod | undefined;
}

/** Reads one pod by a list, for which the user has the right that the watch needs. */
export async function askForPod(
  cluster: Pick<Cluster, 'request'>,
  { namespace, pod }: { namespace: string; pod: string },
  signal: AbortSignal,
): Promise<AskedPod> {
  const { items } = await cluster.request<{ items: Pod[] }>({
    method: 'GET',
    path: apiPaths.pods(namespace),
    query: { fieldSelector: `metadata.name=${pod}` },
    signal,
  });
  return { namespace, pod, found: items.find(({ metadata }) => metadata?.name === pod) };
}
