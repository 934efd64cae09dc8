import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/types.ts';
import { isMissing } from '../cluster/is-missing.ts';
import { apiPaths } from '../model/api-paths.ts';
import { DbgError } from '../model/failure.ts';
import { statusCodeOf } from '../session/status-code.ts';

/** Grace period in seconds: a debug pod's processes have exited or are not needed any more. */
const GRACE_SECONDS = 1;

/** HTTP status of a proxy that waited for too long, for whichever side. */
const REQUEST_TIMEOUT = 408;

/** The exact pod, and with `resourceVersion` in its exact state. */
export interface ExactPod {
  namespace: string;
  pod: string;
  uid: string;
  resourceVersion?: string;
  /** With the pod's own grace period. Default: one second, for what is not needed any more. */
  graceful?: boolean;
}

/**
 * Deletes exactly that pod: the uid is a precondition. `gone`: there is none of that name; `changed`: it is another pod,
 * or has changed since. A pod that is being deleted counts as deleted. If an error, a conflict or a broken connection
 * leaves open what happened to the pod, it is read again. Throws ApiStatusError, DbgError.
 */
export async function deleteExactPod(
  cluster: Pick<Cluster, 'request'>,
  { namespace, pod, uid, resourceVersion, graceful = false }: ExactPod,
  signal: AbortSignal,
): Promise<'deleted' | 'gone' | 'changed'> {
  try {
    await cluster.request({
      method: 'DELETE',
      path: apiPaths.pod({ namespace, pod }),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(graceful ? {} : { gracePeriodSeconds: GRACE_SECONDS }),
        preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      },
      // The preconditions make a retry harmless.
      idempotent: true,
      signal,
    });
    return 'deleted';
  } catch (error) {
    signal.throwIfAborted();
    if (isMissing(error)) return 'gone';
    const isConflict = statusCodeOf(error) === 409;
    if (isConflict && resourceVersion !== undefined) return 'changed';
    const isOpen = isConflict || isUnclear(error);
    if (isOpen && !isSilence(error) && (await stands(cluster, { namespace, pod, uid }, signal)) === false)
      return isConflict ? 'changed' : 'deleted';
    if (error instanceof DbgError && isUnclear(error)) {
      const message = `${error.message}, so that nobody knows whether pod ${namespace}/${pod} was deleted`;
      throw new DbgError('lost', 'DeletionUnknown', message, { namespace, pod }, { cause: error });
    }
    throw error;
  }
}

/** The request may have been carried out, but its response does not say so. */
function isUnclear(error: unknown): boolean {
  if (error instanceof DbgError) {
    const isUnsent = error.is('ServerUnreachable') || error.is('ProxyFailed');
    return !isUnsent && ['unreachable', 'lost', 'deadline', 'protocol'].includes(error.kind);
  }
  const code = statusCodeOf(error);
  return code !== undefined && (code >= 500 || code === REQUEST_TIMEOUT);
}

/** A server that does not respond will not respond to the next request either. */
function isSilence(error: unknown): boolean {
  if (!(error instanceof DbgError)) return false;
  return error.kind === 'deadline' || (error.is('ServerSilent') && error.facts.why === 'AnswerTimedOut');
}

/** Whether exactly that pod exists and is not being deleted; undefined if unknown. */
async function stands(
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
    return isMissing(error) ? false : undefined;
  }
}
