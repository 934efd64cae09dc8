import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { type Ownership, readSessionNotes, SESSIONS_ANNOTATION } from '../../model/ownership.ts';
import type { Address } from '../../model/plan.ts';
import { statusCodeOf } from '../../session/status-code.ts';

/** How often a pod that changes in the meantime is read and written again. */
const TRIES = 10;

/** Annotations of an object are limited to 256 KiB in total; the oldest notes are dropped. */
const LONGEST = 128 * 1024;

/**
 * Records on the pod who created an ephemeral container, and why. The container does not depend on it: if the user may
 * not write it, or the pod was deleted, there is no record.
 *
 * @param pod the last seen state
 * @throws any other error of the write
 */
export async function noteSession(
  cluster: Pick<Cluster, 'request'>,
  pod: Pod,
  address: Address,
  ownership: Ownership,
  signal: AbortSignal,
): Promise<void> {
  const path = apiPaths.pod(address);
  let seen = pod;
  for (let tries = 0; ; tries++) {
    const { uid, resourceVersion } = seen.metadata ?? {};
    try {
      await cluster.request({
        method: 'PATCH',
        path,
        contentType: 'application/merge-patch+json',
        // Somebody else's note must not be lost: with the resourceVersion, the server refuses a write based on an old
        // state.
        body: {
          metadata: {
            uid,
            resourceVersion,
            annotations: { [SESSIONS_ANNOTATION]: notesWith(seen, address.container, ownership) },
          },
        },
        idempotent: true,
        signal,
      });
      return;
    } catch (error) {
      const code = statusCodeOf(error);
      if (code === 403 || code === 404) return;
      if (code !== 409 || tries >= TRIES) throw error;
      seen = await cluster.request<Pod>({ method: 'GET', path, signal });
      if (seen.metadata?.uid !== uid) return;
    }
  }
}

/** The pod's notes plus a new one, without notes for containers that do not exist. */
function notesWith(pod: Pod, container: string, ownership: Ownership): string {
  const there = new Set(pod.spec?.ephemeralContainers?.map(({ name }) => name));
  const notes = [...readSessionNotes(pod)].filter(([name]) => there.has(name) && name !== container);
  notes.push([container, ownership]);
  for (;;) {
    const text = JSON.stringify(Object.fromEntries(notes));
    if (text.length <= LONGEST || notes.length === 1) return text;
    notes.shift();
  }
}
