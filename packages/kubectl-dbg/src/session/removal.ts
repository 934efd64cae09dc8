import type { Cluster } from '../cluster/types.ts';
import { statusCodeOf } from './status-code.ts';

/** Something a session made that is to go with it. */
export interface Made {
  path: string;
  /** For messages: `pod NS/NAME`. */
  what: string;
  uid: string | undefined;
}

/** How long the clean-up may take, in ms: it must not hang where the cluster does. */
const REMOVE_TIMEOUT_MS = 10_000;

/** The process has ended or is not wanted any more: no need for the usual 30 s of grace. */
const GRACE_SECONDS = 1;

/**
 * Deletes what a session made, and only that: the uid is a precondition, so that another object of the same name stays.
 * Gone already is as good. Throws what keeps it from being deleted.
 */
export async function remove(cluster: Pick<Cluster, 'request'>, made: Made): Promise<void> {
  try {
    await cluster.request({
      method: 'DELETE',
      path: made.path,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: GRACE_SECONDS,
        ...(made.uid === undefined ? {} : { preconditions: { uid: made.uid } }),
      },
      // The uid makes a second try harmless.
      idempotent: made.uid !== undefined,
      signal: AbortSignal.timeout(REMOVE_TIMEOUT_MS),
    });
  } catch (error) {
    const code = statusCodeOf(error);
    // 404: it is gone. 409: another object has its name, so ours is gone.
    if (code !== 404 && code !== 409) throw error;
  }
}
