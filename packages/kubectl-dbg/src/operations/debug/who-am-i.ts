import type { Cluster } from '../../cluster/index.ts';
import { timeoutSignal } from '../../base/timer.ts';
import { apiPaths } from '../../model/api-paths.ts';

/** A name that is not known by then (ms) is omitted: nobody waits for it. */
const WAIT_MS = 2_000;

/** Longest name that is recorded. */
const LONGEST = 253;

/**
 * The user's name on the server, for the mark of created objects; undefined if it is not available.
 *
 * Source: POST /apis/authentication.k8s.io/v1/selfsubjectreviews (Kubernetes 1.28)
 */
export async function whoAmI(
  cluster: Pick<Cluster, 'request'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const review = await cluster.request<{ status?: { userInfo?: { username?: unknown } } }>({
      method: 'POST',
      path: apiPaths.collection('authentication.k8s.io', undefined, 'selfsubjectreviews'),
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      idempotent: true,
      signal: AbortSignal.any([signal, timeoutSignal(WAIT_MS)]),
    });
    const name = review.status?.userInfo?.username;
    return typeof name === 'string' && name !== '' ? name.slice(0, LONGEST) : undefined;
  } catch {
    return undefined;
  }
}
