import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { startTimer } from '../../base/timer.ts';
import { isOlder } from '../../session/wait/resource-version.ts';

/** The newest known state of a pod, and whether it was deleted. */
export interface PodNews {
  pod: Pod | undefined;
  isGone: boolean;
  /** It exists, but its changes are no longer reported: it does not match the selection any more. */
  isUnwatched: boolean;
  /** The last Event about the debug container. */
  report: { reason: string; message: string } | undefined;
}

/** Passes the newest state of one pod to the target that waits for it. */
export class PodMailbox {
  readonly news: PodNews = { pod: undefined, isGone: false, isUnwatched: false, report: undefined };
  readonly #uid: string | undefined;
  /** Called with each Event. */
  onReport: ((reason: string) => void) | undefined;
  #failure: unknown;
  #wake: (() => void) | undefined;

  /** @param uid pods with another uid are different pods; undefined: not known yet */
  constructor(uid: string | undefined) {
    this.#uid = uid;
  }

  seen(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    const isOther =
      this.#uid !== undefined && pod.metadata?.uid !== undefined && pod.metadata.uid !== this.#uid;
    // After a gap a watch begins with states that may already have been read.
    if (!isOther && isOlder(pod, this.news.pod?.metadata?.resourceVersion)) return;
    if (isOther) this.news.isGone = true;
    else if (type !== 'DELETED') {
      this.news.pod = pod;
      this.news.isUnwatched = false;
    } else if (pod.metadata?.deletionTimestamp === undefined && pod.status !== undefined) {
      // A label that no longer matches ends the watch of a pod, not the pod.
      this.news.pod = pod;
      this.news.isUnwatched = true;
    } else this.news.isGone = true;
    this.#wake?.();
  }

  /** Whether a read pod, or its absence, is newer than what was seen so far. */
  isNews(found: Pod | undefined): boolean {
    const { pod, isGone } = this.news;
    if (isGone) return false;
    // A pod that is still to be created is not deleted.
    if (found === undefined) return pod !== undefined || this.#uid !== undefined;
    if (pod === undefined || found.metadata?.uid !== pod.metadata?.uid) return true;
    return isOlder(pod, found.metadata?.resourceVersion);
  }

  reported(report: { reason: string; message: string }): void {
    this.news.report = report;
    this.onReport?.(report.reason);
    this.#wake?.();
  }

  /** Nothing more will arrive. */
  fail(error: unknown): void {
    this.#failure = error;
    this.#wake?.();
  }

  /**
   * Resolves with what `read` finds in the news, as soon as it finds something; with undefined after `milliseconds`.
   * Rejects with the signal's reason, or with the error that ended the feed.
   */
  async until<T>(
    read: (news: PodNews) => T | undefined,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const until = performance.now() + milliseconds;
    for (;;) {
      signal.throwIfAborted();
      const found = read(this.news);
      if (found !== undefined) return found;
      if (this.#failure !== undefined) throw this.#failure;
      const left = until - performance.now();
      if (left <= 0) return undefined;
      await this.#change(left, signal);
    }
  }

  #change(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = milliseconds === Infinity ? undefined : startTimer(milliseconds, done);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
      function done() {
        cancel?.();
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}
