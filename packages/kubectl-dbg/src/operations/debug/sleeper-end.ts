import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { pause, timeoutSignal } from '../../base/timer.ts';
import { isMissing } from '../../cluster/is-missing.ts';
import type { Cluster } from '../../cluster/types.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { Address } from '../../model/plan.ts';
import { endSleeper } from '../../session/end-sleeper.ts';
import { statusCodeOf } from '../../session/status-code.ts';
import { containerSpec, viewContainer } from '../../session/wait/container-state.ts';
import type { CreatedObject, CreatedObjects } from './created-objects.ts';

/** Interval (ms) of checks whether the container has terminated: a kubelet reports it within a second. */
const LOOK_MS = 300;

/** Checks before it is told to terminate again. */
const LOOKS = 2;

/**
 * Time for the end to become visible, in ms: a container that allows no exec has usually just terminated, or not yet
 * started.
 */
const SEEN_MS = 2_000;

/** Status codes for missing rights and policies. */
const REFUSED = new Set([401, 403, 422]);

/** Registers the sleeper of a container in which a command will run by exec: without this it sleeps for a day or two. */
export function expectSleeper(
  cluster: Cluster,
  created: CreatedObjects,
  address: Address,
  end: readonly string[],
): CreatedObject {
  const entry = created.expect({ kind: 'container', ...address }, async (signal) => {
    const limit = AbortSignal.any([signal, timeoutSignal(SEEN_MS)]);
    for (;;) {
      let failure: unknown = new Error('it was told to exit, but is still running');
      let isTold = false;
      try {
        await endSleeper(cluster, address, end, limit);
        isTold = true;
      } catch (error) {
        // A refusal says nothing about the container, and will not change in a moment.
        if (REFUSED.has(statusCodeOf(error) ?? 0)) throw error;
        failure = limit.aborted ? new Error('the server did not answer in time') : error;
      }
      // Exec fails in a terminated container, which is the desired state. In one that has only just started there may be
      // nothing to terminate yet.
      const state = await lookAt(cluster, address, limit);
      if (state === 'ended' || (state === 'deleted' && !isTold)) return;
      if (state === 'waiting')
        failure = new Error('it has not started yet; once it does, it sleeps until its time is over');
      if (limit.aborted) throw failure;
    }
  });
  entry.settle();
  return entry;
}

/**
 * The state of a container after a few checks: `deleted` if it terminates with its pod, which is being deleted; undefined
 * if it is unknown.
 */
async function lookAt(
  cluster: Cluster,
  address: Address,
  signal: AbortSignal,
): Promise<'ended' | 'deleted' | 'waiting' | 'running' | undefined> {
  const path = apiPaths.pod(address);
  let state: 'deleted' | 'waiting' | 'running' | undefined;
  for (let look = 0; look < LOOKS; look += 1) {
    try {
      const pod = await cluster.request<Pod>({ method: 'GET', path, signal });
      const { phase } = viewContainer(pod, address.container);
      // No container can be removed from a pod: another one has its name now.
      if (phase === 'terminated' || containerSpec(pod, address.container) === undefined) return 'ended';
      const isDeleted = pod.metadata?.deletionTimestamp !== undefined;
      state = isDeleted ? 'deleted' : phase === 'running' ? 'running' : 'waiting';
      await pause(LOOK_MS, signal);
    } catch (error) {
      if (isMissing(error)) return 'ended';
      // A failing server must not be polled without a pause.
      await pause(LOOK_MS, signal).catch(() => undefined);
    }
  }
  return state;
}
