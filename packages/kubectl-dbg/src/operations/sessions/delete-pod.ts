import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { DbgError } from '../../model/failure.ts';
import { statusCodeOf } from '../../session/status-code.ts';

/** Grace period in seconds: a debug pod's processes are not needed any more. */
const GRACE_SECONDS = 1;

/** The exact pod, and with `resourceVersion` in its exact state. */
export interface ExactPod {
  namespace: string;
  pod: string;
  uid: string;
  resourceVersion?: string;
}

/**
 * Deletes exactly that pod. `gone`: no pod has that name; `changed`: it is another pod, or has changed since. A server
 * error or a conflict does not tell what happened to the pod, so it is read again. Throws ApiStatusError, DbgError.
 */
export async function deleteExactPod(
  cluster: Pick<Cluster, 'request'>,
  { namespace, pod, uid, resourceVersion }: ExactPod,
  signal: AbortSignal,
): Promise<'deleted' | 'gone' | 'changed'> {
  try {
    await cluster.request({
      method: 'DELETE',
      path: apiPaths.pod({ namespace, pod }),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: GRACE_SECONDS,
        preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      },
      // The preconditions make a retry harmless.
      idempotent: true,
      signal,
    });
    return 'deleted';
  } catch (error) {
    const code = statusCodeOf(error);
    if (code === 404) return 'gone';
    if (code === 409 && resourceVersion !== undefined) return 'changed';
    if (code === 409 || (code !== undefined && code >= 500)) {
      const stands = await isStanding(cluster, { namespace, pod, uid }, signal);
      if (stands === false) return code === 409 ? 'changed' : 'deleted';
    }
    if (error instanceof DbgError && isUnanswered(error)) {
      const message = `${error.message}, so that nobody knows whether pod ${namespace}/${pod} was deleted`;
      throw new DbgError('lost', 'DeletionUnknown', message, { namespace, pod }, { cause: error });
    }
    throw error;
  }
}

/** The request was sent, but there was no response. */
function isUnanswered(error: DbgError): boolean {
  return error.is('ServerSilent') || error.is('ConnectionBroken') || error.kind === 'deadline';
}

/** Whether exactly that pod exists and is not being deleted; undefined if unknown. */
async function isStanding(
  cluster: Pick<Cluster, 'request'>,
  { namespace, pod, uid }: ExactPod,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const path = apiPaths.pod({ namespace, pod });
    const { metadata } = await cluster.request<Pod>({ method: 'GET', path, signal });
    return metadata?.uid === uid && metadata.deletionTimestamp === undefined;
  } catch (error) {
    signal.throwIfAborted();
    return statusCodeOf(error) === 404 ? false : undefined;
  }
}
