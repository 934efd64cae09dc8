import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { isMissing } from '../../cluster/is-missing.ts';
import type { Cluster } from '../../cluster/types.ts';
import { readOwnership } from '../../model/ownership.ts';

/** A pod of that name: ours, another one, or none. */
export type Found = { kind: 'ours'; pod: Pod } | { kind: 'other' } | { kind: 'none' };

/**
 * Searches for a pod that this session created: by its name, or in the whole namespace if the server generates the name.
 * Only our mark distinguishes it from other pods.
 *
 * @param pods path of the namespace's pods
 * @throws DbgError, ApiStatusError: the search failed
 */
export async function findCreated(
  cluster: Pick<Cluster, 'request'>,
  pods: string,
  name: string | undefined,
  session: string,
  signal: AbortSignal,
): Promise<Found> {
  const isOurs = (pod: Pod) => readOwnership(pod)?.session === session;
  if (name === undefined) {
    const { items } = await cluster.request<{ items: Pod[] }>({ method: 'GET', path: pods, signal });
    const pod = items.find(isOurs);
    return pod === undefined ? { kind: 'none' } : { kind: 'ours', pod };
  }
  try {
    const path = `${pods}/${encodeURIComponent(name)}`;
    const pod = await cluster.request<Pod>({ method: 'GET', path, signal });
    return isOurs(pod) ? { kind: 'ours', pod } : { kind: 'other' };
  } catch (error) {
    if (isMissing(error)) return { kind: 'none' };
    throw error;
  }
}
