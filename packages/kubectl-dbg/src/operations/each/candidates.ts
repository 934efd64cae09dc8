import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { tooMany } from '../../cluster/watch/too-many.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { chooseTargets, type SkippedTarget } from './choose-targets.ts';
import { type FleetTarget, type Skip, skipOf, targetsOf } from './fleet-target.ts';
import { keptDetailOf, NOTHING_KEPT } from './kept-pod.ts';
import { followPods } from './pod-feed.ts';
import type { EachRequest } from './request.ts';

/** The current selection, and its later changes. */
export interface SelectedPods {
  targets: FleetTarget[];
  skipped: SkippedTarget[];
  /** Passes every later change to a listener until the feed ends, and reports when the feed is silent. */
  follow(listener: PodListener): void;
  /** Rejects when the pods can't be watched any more. */
  ended: Promise<void>;
}

/** Receives pods after their selection. */
export interface PodListener {
  onPod(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void;
  /** Nothing has arrived for long from a namespace, or from any: see `PodFeedOptions`. */
  onSilence(namespace: string | undefined): Promise<boolean>;
}

/** Lists the matches of a selection and watches them. One request for each namespace, or one for all. */
export async function selectPods(
  cluster: Pick<Cluster, 'request' | 'watch' | 'server'>,
  request: Pick<EachRequest, 'selection' | 'debug' | 'reuse'>,
  signal: AbortSignal,
): Promise<SelectedPods> {
  const { labelSelector, fieldSelector, namespaces } = request.selection;
  const candidates = new Candidates(request, cluster.server);
  let listener: PodListener = {
    onPod: (type, pod) => candidates.seen(type, pod),
    onSilence: () => Promise.resolve(false),
  };
  const feeds = (namespaces.length === 0 ? [undefined] : namespaces).map((namespace) =>
    followPods({
      cluster,
      path: apiPaths.pods(namespace),
      query: { labelSelector, fieldSelector },
      onPod: (type, pod) => listener.onPod(type, pod),
      onSilence: () => listener.onSilence(namespace),
      signal,
    }),
  );
  const ended = Promise.all(feeds.map((feed) => feed.ended)).then(() => undefined);
  // The failure is reported to whoever waits for it; until then it must not crash the program.
  ended.catch(() => undefined);
  await Promise.all(feeds.map((feed) => feed.listed));
  return { ...candidates.choose(), follow: (follower) => (listener = follower), ended };
}

/** Memory limit of all candidates in bytes: those of the largest clusters take half of it. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Memory of a candidate, in addition to the kept part of its pod. */
const BYTES_EACH = 500;

interface Candidate {
  targets: FleetTarget[];
  /** Why all of them are skipped. */
  skip: Skip | undefined;
  bytes: number;
}

/** The pods of a selection, each reduced to what the run needs. */
class Candidates {
  readonly #request: Pick<EachRequest, 'selection' | 'debug' | 'reuse'>;
  readonly #server: string;
  readonly #pods = new Map<string, Candidate>();
  readonly #texts = new Map<string, string>();
  readonly #excluded: ReadonlySet<string>;
  #bytes = 0;

  constructor(request: Pick<EachRequest, 'selection' | 'debug' | 'reuse'>, server: string) {
    this.#request = request;
    this.#server = server;
    this.#excluded = new Set(request.selection.excludeNamespaces);
  }

  /** Records a pod. Throws DbgError if the limit is exceeded. */
  seen(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    const uid = pod.metadata?.uid ?? '';
    this.#bytes -= this.#pods.get(uid)?.bytes ?? 0;
    this.#pods.delete(uid);
    const { uids } = this.#request.selection;
    if (type === 'DELETED' || (uids !== undefined && !uids.has(uid))) return;
    const candidate = this.#read(pod);
    this.#pods.set(uid, candidate);
    this.#bytes += candidate.bytes;
    if (this.#bytes > MOST_BYTES) throw tooMany(this.#server);
  }

  /** Narrows the candidates down to the targets, and drops the others. */
  choose(): { targets: FleetTarget[]; skipped: SkippedTarget[] } {
    const able: FleetTarget[] = [];
    const skipped: SkippedTarget[] = [];
    for (const { targets, skip } of this.#pods.values()) {
      if (skip === undefined) able.push(...targets);
      else for (const target of targets) skipped.push({ target, skip });
    }
    this.#pods.clear();
    const chosen = chooseTargets(able, this.#request.selection);
    for (const { target } of chosen.skipped) target.kept = NOTHING_KEPT;
    return { targets: chosen.targets, skipped: [...skipped, ...chosen.skipped] };
  }

  #read(pod: Pod): Candidate {
    const { eachContainer } = this.#request.selection;
    const shared = (text: string) => this.#shared(text);
    const targets = targetsOf(pod, { eachContainer, detail: keptDetailOf(this.#request), shared });
    const skip = this.#skipOf(pod);
    // A pod that an earlier part of the run has filled may still be a target.
    if (skip !== undefined && skip.reason !== 'TooManyDebugContainers')
      for (const target of targets) target.kept = NOTHING_KEPT;
    const kept = targets[0]?.kept.length ?? 0;
    return { targets, skip, bytes: BYTES_EACH * Math.max(1, targets.length) + kept };
  }

  #skipOf(pod: Pod): Skip | undefined {
    return this.#excluded.has(pod.metadata?.namespace ?? '')
      ? { reason: 'Excluded', message: 'its namespace is excluded' }
      : skipOf(pod, this.#request.selection.maxDebugContainers);
  }

  /** Deduplicates a text that many pods share. */
  #shared(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
