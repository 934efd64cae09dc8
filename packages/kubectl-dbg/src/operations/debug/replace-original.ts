import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { timeoutSignal } from '../../base/timer.ts';
import {
  ApiStatusError,
  type Cluster,
  describeCall,
  explainApiError,
  isMissing,
} from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { OnEvent } from '../../model/event.ts';
import { DbgError } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failures/index.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Write } from '../../model/plan.ts';
import { awaitRunning, STABLE_MS } from '../../session/wait/await-running.ts';
import { deleteExactPod, type ExactPod } from '../delete-pod.ts';

/** How long (ms) to look what has become of the original after an interruption. */
const LOOK_MS = 1_000;

export interface ReplaceOptions {
  cluster: Cluster;
  /** The copy. */
  copy: Pod;
  /** Milliseconds for the copy to start; 0: no limit. */
  timeout: number;
  on: OnEvent;
  signal: AbortSignal;
}

/**
 * Deletes the original once its copy runs stably. Returns why the copy does not run, if so. Whatever goes wrong, the
 * user is told whether the original exists. Throws DbgError, and the reason of an aborted signal.
 */
export async function replaceOriginal(
  removal: Pick<Write, 'path' | 'body'>,
  { cluster, copy, timeout, on, signal }: ReplaceOptions,
): Promise<Outcome | undefined> {
  const original = originalOf(removal);
  const pod = copy.metadata?.name ?? '';
  on({ kind: 'replacing', stableAfter: STABLE_MS });
  let isSent = false;
  try {
    const failed = await awaitRunning(cluster, copy, timeout, signal);
    if (failed !== undefined) {
      on({ kind: 'not-replaced', pod });
      return failed;
    }
    isSent = true;
    await deleteExactPod(cluster, { ...original, graceful: true }, signal);
    return undefined;
  } catch (error) {
    if (signal.aborted) {
      const is = isSent ? await lookFor(cluster, original) : 'not deleted';
      const { namespace = '' } = copy.metadata ?? {};
      on({ kind: 'replacement-interrupted', original, copy: { namespace, pod }, is });
      throw signal.reason;
    }
    throw explainReplacing(error, copy);
  }
}

function originalOf({ path, body }: Pick<Write, 'path' | 'body'>): ExactPod {
  const { namespace = '', name = '' } = describeCall('DELETE', path) ?? {};
  const { preconditions } = body as { preconditions?: { uid?: string } };
  return { namespace, pod: name, uid: preconditions?.uid ?? '' };
}

async function lookFor(
  cluster: Pick<Cluster, 'request'>,
  { namespace, pod, uid }: ExactPod,
): Promise<'deleted' | 'unknown'> {
  try {
    const path = apiPaths.pod({ namespace, pod });
    const { metadata } = await cluster.request<Pod>({ method: 'GET', path, signal: timeoutSignal(LOOK_MS) });
    return metadata?.uid !== uid || metadata.deletionTimestamp !== undefined ? 'deleted' : 'unknown';
  } catch (error) {
    return isMissing(error) ? 'deleted' : 'unknown';
  }
}

/** The copy runs now, next to the original, if that is known to be there. */
function explainReplacing(error: unknown, { metadata }: Pod): unknown {
  const { name = '', namespace = '' } = metadata ?? {};
  const failure = error instanceof ApiStatusError ? explainApiError(error) : error;
  if (!(failure instanceof DbgError)) return failure;
  if (failure.is('DeletionUnknown')) {
    const message = `${failure.message}; its copy ${name} runs`;
    return new DbgError(failure.kind, failure.code, message, failure.facts, { cause: error });
  }
  return new DbgError<FailureCode>(
    failure.kind,
    failure.code,
    `the original was not deleted, and its copy ${name} runs as well: ${failure.message}`,
    failure.facts,
    { cause: error, remains: { object: { kind: 'pod', namespace, pod: name }, sure: true } },
  );
}
