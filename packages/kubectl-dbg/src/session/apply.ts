import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster, Query } from '../cluster/types.ts';

/** One write of a plan. */
export interface ApiWrite {
  verb: 'create' | 'patch' | 'delete';
  path: string;
  contentType: string;
  body: unknown;
}

const METHODS = { create: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

/**
 * Sends one write and returns what the server answers.
 *
 * @param dryRun the server checks and defaults everything, and stores nothing (`dryRun=All`)
 */
export async function applyWrite(
  cluster: Pick<Cluster, 'request'>,
  write: ApiWrite,
  signal: AbortSignal,
  dryRun = false,
): Promise<Pod> {
  const query: Query = dryRun ? { dryRun: 'All' } : {};
  return await cluster.request<Pod>({
    method: METHODS[write.verb],
    path: write.path,
    query,
    body: write.body,
    contentType: write.contentType,
    // The name is the merge key: a debug container that is added twice is there once.
    idempotent: write.contentType === 'application/strategic-merge-patch+json',
    signal,
  });
}
