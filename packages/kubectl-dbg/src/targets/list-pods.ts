import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/index.ts';

/** Maximum of pods in one page of a list; the next page is requested with its `continue` token. */
const PAGE = 500;

/** The pods of a list, page by page. Throws ApiStatusError, DbgError. */
export async function* listPods(
  cluster: Pick<Cluster, 'request'>,
  path: string,
  query: { labelSelector?: string | undefined; fieldSelector?: string | undefined },
  signal: AbortSignal,
): AsyncGenerator<Pod> {
  let next: string | undefined;
  do {
    const page = await cluster.request<{ items?: Pod[] | null; metadata?: { continue?: string } }>({
      method: 'GET',
      path,
      query: { ...query, limit: PAGE, continue: next },
      signal,
    });
    yield* page.items ?? [];
    next = page.metadata?.continue;
  } while (next !== undefined && next !== '');
}
