import { describeCall } from '../../cluster/describe-call.ts';
import type { Cluster } from '../../cluster/types.ts';
import type { MadeObject, OnEvent } from '../../model/event.ts';
import { startTimer } from '../../base/timer.ts';
import { DbgError } from '../../model/failure.ts';
import type { CreatedObject } from './created-objects.ts';
import { findCreated } from './find-created.ts';

/** Time limit of the clean-up in ms: it must not hang with the cluster. */
export const CLEAN_UP_MS = 10_000;

/** The limit after an interruption. */
export const INTERRUPTED_CLEAN_UP_MS = 2_000;

/** A pod to delete, as far as it is known. */
export interface PodToRemove {
  /** Path of the namespace's pods. */
  pods: string;
  /** Undefined until the server has returned the generated name. */
  name: string | undefined;
  uid: string | undefined;
  /** The session that created it. */
  session: string;
}

/**
 * Deletes a pod that a session created, and no other: the uid is a precondition, so another pod of the same name is kept.
 * Without a uid, the pod is identified by our mark. A missing pod counts as deleted. Throws the error if it can't be
 * deleted.
 */
export async function removePod(
  cluster: Pick<Cluster, 'request'>,
  pod: PodToRemove,
  signal: AbortSignal,
): Promise<void> {
  let { name, uid } = pod;
  if (name === undefined || uid === undefined) {
    const found = await findCreated(cluster, pod.pods, name, pod.session, signal);
    if (found.kind !== 'ours') return;
    ({ name, uid } = found.pod.metadata ?? {});
    // Without a uid it can't be distinguished from a pod that gets its name at this moment.
    if (name === undefined || uid === undefined) throw new Error('the server did not return its uid');
  }
  const { namespace = '' } = describeCall('DELETE', `${pod.pods}/${encodeURIComponent(name)}`) ?? {};
  const { deleteExactPod } = await import('../delete-pod.ts');
  await deleteExactPod(cluster, { namespace, pod: name, uid }, signal);
}

/**
 * Deletes created objects. An object that can't be deleted is reported, and stays in its registry.
 *
 * @param signal once it is aborted, the clean-up has only moments left
 */
export async function cleanUp(
  entries: readonly CreatedObject[],
  on: OnEvent,
  signal: AbortSignal,
): Promise<void> {
  if (entries.length === 0) return;
  const limit = limitCleanUp(signal);
  try {
    await Promise.all(
      entries.map(async (entry) => {
        try {
          await entry.remove(limit.signal);
        } catch (error) {
          on(leftBehind(entry, error));
        }
      }),
    );
  } finally {
    limit.release();
  }
}

function leftBehind(
  { object, sure }: CreatedObject,
  error: unknown,
): { kind: 'left-behind'; object: MadeObject; sure: boolean; why: string } {
  const why = error instanceof Error ? error.message : String(error);
  const isUnknown = error instanceof DbgError && error.is('DeletionUnknown');
  return { kind: 'left-behind', object, sure: sure && !isUnknown, why };
}

/** A signal that limits the time of the clean-up, and shortens it after an interruption. */
function limitCleanUp(interrupted: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const end = () => controller.abort(new Error('the server did not answer in time'));
  const timers = [startTimer(CLEAN_UP_MS, end)];
  const hurry = () => void timers.push(startTimer(INTERRUPTED_CLEAN_UP_MS, end));
  if (interrupted.aborted) hurry();
  interrupted.addEventListener('abort', hurry, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      for (const cancel of timers) cancel();
      interrupted.removeEventListener('abort', hurry);
    },
  };
}
