import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { isMissing } from '../../cluster/is-missing.ts';
import type { Cluster } from '../../cluster/types.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { type Clock, REAL_CLOCK } from '../stream/clock.ts';
import { isOlder } from './resource-version.ts';

/**
 * A watch that has sent nothing for this time (ms), not even a bookmark, may be dead: then the pod is read. The time
 * doubles; servers send a bookmark every minute.
 */
const SILENT_MS = 10_000;
const SILENT_LIMIT_MS = 90_000;

/** The last seen state of the pod, and whether it was deleted. */
export interface TrackedPod {
  pod: Pod;
  deleted: boolean;
}

/**
 * Follows one pod by one watch, from a known resourceVersion, for the complete session. Everything that waits for a state
 * of the pod waits here.
 */
export class PodTracker {
  #current: TrackedPod;
  #failure: unknown;
  #waiters = new Set<() => void>();
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  readonly #cluster: Pick<Cluster, 'request' | 'watch'>;
  readonly #clock: Clock;
  readonly #onTrouble: ((failure: unknown) => void) | undefined;
  /** resourceVersion of the last read: events of the watch may be older. */
  #asked: string | undefined;
  #silent = SILENT_MS;
  #cancelAsking: () => void = () => {};

  /** `onTrouble`: see `WatchOptions`. */
  constructor(
    cluster: Pick<Cluster, 'request' | 'watch'>,
    pod: Pod,
    clock: Clock = REAL_CLOCK,
    onTrouble?: (failure: unknown) => void,
  ) {
    this.#onTrouble = onTrouble;
    this.#cluster = cluster;
    this.#clock = clock;
    this.#current = { pod, deleted: false };
    this.#done = this.#follow(pod);
    this.#askWhenSilent();
  }

  get current(): TrackedPod {
    return this.#current;
  }

  /**
   * Resolves with the first defined value that `look` returns, now or after a change.
   *
   * @throws the watch's error if it failed permanently, and the signal's reason once it is aborted
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

  /** Checks again although the pod did not change (something else did). */
  nudge(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /**
   * Reads the pod, for when the watch should have reported something and did not. A pod that is not found was deleted.
   *
   * @throws any other error of the request
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const { namespace = '', name = '', uid } = this.#current.pod.metadata ?? {};
    const path = apiPaths.pod({ namespace, pod: name });
    const pod = await this.#cluster.request<Pod>({ method: 'GET', path, signal }).catch((error: unknown) => {
      // A gateway's 404 says nothing about the pod.
      if (isMissing(error)) return undefined;
      throw error;
    });
    const isOurs = pod !== undefined && pod.metadata?.uid === uid;
    // The watch may have overtaken the response: the pod does not become what it was.
    const known = this.#current;
    if (known.deleted || (isOurs && isOlder(pod, known.pod.metadata?.resourceVersion))) return;
    if (isOurs) this.#asked = pod.metadata?.resourceVersion;
    this.#current = isOurs ? { pod, deleted: false } : { ...this.#current, deleted: true };
    this.nudge();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#cancelAsking();
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

  /** Reads the pod after a silence, and again after longer ones. To be called at each sign of life. */
  #askWhenSilent(): void {
    this.#cancelAsking();
    if (this.#abort.signal.aborted || this.#current.deleted) return;
    this.#cancelAsking = this.#clock.after(this.#silent, () => {
      this.#silent = Math.min(this.#silent * 2, SILENT_LIMIT_MS);
      // A failed read is repeated after the next silence.
      void this.refresh(this.#abort.signal)
        .catch(() => undefined)
        .then(() => this.#askWhenSilent());
    });
  }

  async #follow(pod: Pod): Promise<void> {
    const { namespace = '', name = '', resourceVersion = '', uid } = pod.metadata ?? {};
    try {
      const events = this.#cluster.watch<Pod>({
        path: apiPaths.pods(namespace),
        query: { fieldSelector: `metadata.name=${name}` },
        resourceVersion,
        onTrouble: this.#onTrouble,
        signal: this.#abort.signal,
      });
      for await (const { type, object } of events) {
        this.#askWhenSilent();
        if (type === 'BOOKMARK') continue;
        // A pod of the same name but with another uid is not ours: ours was deleted.
        const replaced = uid !== undefined && object.metadata?.uid !== uid;
        if (!replaced && isOlder(object, this.#asked)) continue;
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
