import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/types.ts';
import { pause } from '../base/timer.ts';
import { ApiStatusError } from '../cluster/api-status-error.ts';
import { isMissing } from '../cluster/is-missing.ts';
import { apiPaths } from '../model/api-paths.ts';
import { DbgError } from '../model/failure.ts';
import { statusCodeOf } from '../session/status-code.ts';

/** Grace period in seconds: a debug pod's processes have exited or are not needed any more. */
const GRACE_SECONDS = 1;

/** HTTP status of a proxy that waited for too long, for whichever side. */
const REQUEST_TIMEOUT = 408;

/** How often a deletion that fails for the moment is sent, and the pause between, in ms. */
const MAX_TRIES = 3;
const PAUSE_MS = 200;

/** HTTP statuses that do not change in a moment. */
const REFUSED: ReadonlySet<number> = new Set([401, 403]);

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
 * leaves open what happened to the pod, it is read again, and if it stands the deletion is sent again. Throws ApiStatusError, DbgError.
 */
export async function deleteExactPod(
  cluster: Pick<Cluster, 'request'>,
  exact: ExactPod,
  signal: AbortSignal,
): Promise<'deleted' | 'gone' | 'changed'> {
  const { namespace, pod, resourceVersion } = exact;
  for (let tries = 1; ; tries += 1) {
    try {
      await requestDeletion(cluster, exact, signal);
      return 'deleted';
    } catch (error) {
      signal.throwIfAborted();
      if (isMissing(error)) return 'gone';
      const isConflict = statusCodeOf(error) === 409;
      if (isConflict && resourceVersion !== undefined) return 'changed';
      const isOpen = (isConflict || isUnclear(error)) && !isSilence(error);
      const isThere = isOpen ? await stands(cluster, exact, signal) : undefined;
      if (isThere === false) return isConflict ? 'changed' : 'deleted';
      if (isThere === true && !isConflict && tries < MAX_TRIES) {
        await pause(PAUSE_MS * tries, signal);
        continue;
      }
      if (error instanceof DbgError && isUnclear(error)) {
        const message = `${error.message}, so that nobody knows whether pod ${namespace}/${pod} was deleted`;
        throw new DbgError('lost', 'DeletionUnknown', message, { namespace, pod }, { cause: error });
      }
      throw error;
    }
  }
}

async function requestDeletion(
  cluster: Pick<Cluster, 'request'>,
  { namespace, pod, uid, resourceVersion, graceful = false }: ExactPod,
  signal: AbortSignal,
): Promise<void> {
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
}

/** The request may have been carried out, but its response does not say so. */
function isUnclear(error: unknown): boolean {
  if (error instanceof DbgError) {
    const isUnsent = error.is('ServerUnreachable') || error.is('ProxyFailed');
    return !isUnsent && ['unreachable', 'lost', 'deadline', 'protocol'].includes(error.kind);
  }
  if (!(error instanceof ApiStatusError)) return false;
  const { code, form } = error;
  // A gateway's answer says nothing about the pod, whatever its code, unless it is about who asks.
  return code >= 500 || code === REQUEST_TIMEOUT || (form !== 'status' && !REFUSED.has(code));
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
