import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/types.ts';

/** The pod as last seen, and whether it is gone. */
export interface TrackedPod {
  pod: Pod;
  deleted: boolean;
}

/**
 * Follows one pod by one watch, from a known resourceVersion, for the whole of a session.
 * Everything that waits for a state of the pod waits here.
 */
export class PodTracker {
  #current: TrackedPod;
  #failure: unknown;
  #waiters = new Set<() => void>();
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;

  constructor(cluster: Pick<Cluster, 'watch'>, pod: Pod) {
    this.#current = { pod, deleted: false };
    this.#done = this.#follow(cluster, pod);
  }

  get current(): TrackedPod {
    return this.#current;
  }

  /**
   * Resolves with the first defined value that `look` finds, now or after a change.
   *
   * @throws the watch's error if it failed for good, and the signal's reason once that is aborted
   */
  async until<T>(look: (seen: TrackedPod) => T | undefined, signal?: AbortSignal): Promise<T> {
    for (;;) {
      signal?.throwIfAborted();
      const found = look(this.#current);
      if (found !== undefined) return found;
      if (this.#failure !== undefined) throw this.#failure;
      await this.#change(signal);
    }
  }

  /** Looks again although the pod did not change (something else did). */
  nudge(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /**
   * Asks for the pod itself: for when the watch should have told something by now and did not.
   *
   * @throws what the request throws
   */
  async refresh(cluster: Pick<Cluster, 'request'>, signal: AbortSignal): Promise<void> {
    const { namespace = '', name = '', uid } = this.#current.pod.metadata ?? {};
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const pod = await cluster.request<Pod>({ method: 'GET', path, signal });
    this.#current = pod.metadata?.uid === uid ? { pod, deleted: false } : { ...this.#current, deleted: true };
    this.nudge();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiters.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  async #follow(cluster: Pick<Cluster, 'watch'>, pod: Pod): Promise<void> {
    const { namespace = '', name = '', resourceVersion = '', uid } = pod.metadata ?? {};
    try {
      const events = cluster.watch<Pod>({
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
        query: { fieldSelector: `metadata.name=${name}` },
        resourceVersion,
        signal: this.#abort.signal,
      });
      for await (const { type, object } of events) {
        if (type === 'BOOKMARK') continue;
        // A pod of the same name but another uid is not ours: ours is gone.
        const replaced = uid !== undefined && object.metadata?.uid !== uid;
        if (replaced) this.#current = { pod: this.#current.pod, deleted: true };
        else this.#current = { pod: object, deleted: type === 'DELETED' };
        this.nudge();
        if (this.#current.deleted) return;
      }
      if (!this.#abort.signal.aborted) this.#failure = new Error('the watch of the pod ended');
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#failure = error;
    } finally {
      this.nudge();
    }
  }
}
