import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { AskedPod } from './ask-for-pod.ts';
import { type FleetTarget, podKey } from './fleet-target.ts';
import { PodMailbox } from './pod-mailbox.ts';

/** Distributes events of the feeds: one mailbox for each running target. */
export class Mailboxes {
  readonly #boxes = new Map<string, Set<PodMailbox>>();
  #failure: { error: unknown } | undefined;

  /** The error that ended the feeds, if any. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /**
   * Receives news of one pod until `close`.
   *
   * @param uid pods with another uid are different pods; undefined: not known yet
   */
  open(address: Pick<FleetTarget, 'namespace' | 'pod'>, uid: string | undefined): PodMailbox {
    const key = podKey(address);
    const mailbox = new PodMailbox(uid);
    this.#boxes.set(key, (this.#boxes.get(key) ?? new Set()).add(mailbox));
    if (this.#failure !== undefined) mailbox.fail(this.#failure.error);
    return mailbox;
  }

  /** Pods whose news a target waits for. */
  get pods(): Pick<FleetTarget, 'namespace' | 'pod'>[] {
    return [...this.#boxes.keys()].map((key) => {
      const [namespace = '', pod = ''] = key.split('/');
      return { namespace, pod };
    });
  }

  close(address: Pick<FleetTarget, 'namespace' | 'pod'>, mailbox: PodMailbox): void {
    const boxes = this.#boxes.get(podKey(address));
    boxes?.delete(mailbox);
    if (boxes?.size === 0) this.#boxes.delete(podKey(address));
  }

  seen(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    const { namespace = '', name = '' } = pod.metadata ?? {};
    for (const mailbox of this.#boxes.get(podKey({ namespace, pod: name })) ?? []) mailbox.seen(type, pod);
  }

  /** Distributes the result of a read; returns whether it was news to any target. */
  asked({ namespace, pod: name, found }: AskedPod): boolean {
    const boxes = [...(this.#boxes.get(podKey({ namespace, pod: name })) ?? [])];
    const news = boxes.filter((mailbox) => mailbox.isNews(found));
    for (const mailbox of news) mailbox.seen(found === undefined ? 'DELETED' : 'MODIFIED', found ?? {});
    return news.length > 0;
  }

  reported(pod: Pick<FleetTarget, 'namespace' | 'pod'>, report: { reason: string; message: string }): void {
    for (const mailbox of this.#boxes.get(podKey(pod)) ?? []) mailbox.reported(report);
  }

  /** The pods can't be watched any more: it is unknown how running targets will end. */
  fail(error: unknown): void {
    this.#failure = { error };
    for (const boxes of this.#boxes.values()) for (const mailbox of boxes) mailbox.fail(error);
  }
}
