import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, explainApiError } from '../../cluster/index.ts';
import { DbgError } from '../../model/failure.ts';
import { objects } from './read-fields.ts';
import { readDebugPod } from './debug-pod.ts';
import { deleteExactPod } from '../delete-pod.ts';
import { endContainer, type EndWay } from './end-container.ts';
import type { FoundSession } from './find-session.ts';

/**
 * How a session was stopped. `ended`: it had already terminated; `deleted`: its pod was deleted; otherwise how its
 * process was stopped.
 */
export type StopResult = 'ended' | 'deleted' | EndWay;

/**
 * Stops a session: terminates the process of an ephemeral container, or deletes a copy or node pod. Throws DbgError
 * (refused) with the reason if neither is possible.
 */
export async function stopFound(
  { session, pod }: FoundSession,
  cluster: Cluster,
  { signal }: { signal: AbortSignal },
): Promise<StopResult> {
  const { namespace, pod: name, container, workflow } = session;
  const address = { namespace, pod: name, container };
  if (workflow === 'ephemeral') {
    if (session.state === 'ended') return 'ended';
    const ended = await endContainer(cluster, pod, address, signal);
    if ('way' in ended) return ended.way;
    const why = ended.failures.join('; ');
    const { takesInput, tty } = streamsOf(pod, container);
    throw new DbgError(
      'refused',
      'ContainerRunsOn',
      `container ${container} of pod ${namespace}/${name} runs on: ${why}`,
      { address, takesInput, tty },
    );
  }
  const made = readDebugPod(pod);
  const { uid } = pod.metadata ?? {};
  if (made === undefined || made.evidence === 'looks' || made.mark?.replaces === true || uid === undefined) {
    const why =
      made?.mark?.replaces === true
        ? 'it replaces the original pod'
        : 'only its name suggests that it was created for debugging';
    throw new DbgError('refused', 'PodNotMarked', `pod ${namespace}/${name} is not deleted: ${why}`, {
      namespace,
      pod: name,
    });
  }
  try {
    const done = await deleteExactPod(cluster, { namespace, pod: name, uid }, signal);
    return done === 'deleted' ? 'deleted' : 'ended';
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApiStatusError
      ? explainApiError(error, { action: `delete pod ${namespace}/${name}`, server: cluster.server })
      : error;
  }
}

function streamsOf(pod: Pod, container: string): { takesInput: boolean; tty: boolean } {
  const found = objects(pod.spec?.ephemeralContainers).find(({ name }) => name === container);
  return { takesInput: found?.stdin === true, tty: found?.tty === true };
}
