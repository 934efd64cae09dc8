import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, type Query, type WatchEvent } from '../../cluster/index.ts';
import { listPages } from '../../cluster/watch/list-pages.ts';
import { type After, Silence } from './silence.ts';

/**
 * A server that supports streaming lists reports when the list is complete; one that ignores the option is silent (ms).
 */
const SILENCE_MS = 10_000;

/** Marks the bookmark after the last of the initial pods (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

export interface PodFeedOptions {
  cluster: Pick<Cluster, 'request' | 'watch' | 'server'>;
  /** For example `/api/v1/pods`. */
  path: string;
  /** Selectors. */
  query: Query;
  /** Called for each pod of the list, and then for each change. DELETED may contain only the identity. */
  onPod: (type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod) => void;
  /**
   * Called when the watch has been silent for long: reads the pods that are waited for, and passes news on. Resolves with
   * whether there was news; if so the watch is reopened. Absent: silence is ignored.
   */
  onSilence?: () => Promise<boolean>;
  /** These are those of `WatchOptions`. */
  endless?: boolean;
  onTrouble?: (failure: unknown) => void;
  signal: AbortSignal;
  after?: After;
}

/**
 * Watches the pods of a collection: by one streaming list that continues as the watch, or, if the server has no such
 * lists, by a paged list and a watch. `listed` resolves when all initial pods have been passed on. `ended` settles when
 * the feed ends: it rejects when the pods can't be watched any more.
 */
export function followPods(options: PodFeedOptions): { listed: Promise<void>; ended: Promise<void> } {
  let complete: () => void = () => undefined;
  const listed = new Promise<void>((resolve) => (complete = resolve));
  const ended = follow(options, complete);
  // A failure is also reported to whoever waits for the list.
  return { listed: Promise.race([listed, ended]), ended };
}

async function follow(options: PodFeedOptions, complete: () => void): Promise<void> {
  let { isListed, version } = await streamList(options, complete);
  if (!isListed) {
    version = await pagedList(options);
    complete();
  }
  while (version !== undefined) version = await watchFrom(version, options);
}

/**
 * Lists by a watch, and continues it like `watchFrom`. If the server does not support it, nothing is listed; a pod may
 * then be passed on again.
 */
async function streamList(
  options: PodFeedOptions,
  complete: () => void,
): Promise<{ isListed: boolean; version?: string | undefined }> {
  const { signal } = options;
  const ignored = new AbortController();
  const query = { ...options.query, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
  let isComplete = false;
  const restart = () => setTimeout(() => ignored.abort(), SILENCE_MS);
  let timer = restart();
  try {
    const within = { ...options, query, signal: AbortSignal.any([signal, ignored.signal]) };
    const version = await watchFrom('', within, (event) => {
      clearTimeout(timer);
      if (isComplete) return;
      if (isInitialEnd(event)) {
        isComplete = true;
        complete();
      } else timer = restart();
    });
    return { isListed: !ignored.signal.aborted, version };
  } catch (error) {
    if (isComplete || !isUnsupported(error)) throw error;
    return { isListed: false };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Passes on the events of a watch until it ends. A watch that has missed events is closed; then the newest received
 * version is returned.
 */
async function watchFrom(
  resourceVersion: string,
  { cluster, path, query, onPod, onSilence, endless, onTrouble, signal, after }: PodFeedOptions,
  onEvent?: (event: WatchEvent<Pod>) => void,
): Promise<string | undefined> {
  const deaf = new AbortController();
  const watching = AbortSignal.any([signal, deaf.signal]);
  let version = resourceVersion;
  const silence =
    onSilence &&
    new Silence(async () => {
      const isDeaf = await onSilence();
      if (isDeaf) deaf.abort();
      return isDeaf;
    }, after);
  try {
    const options = { path, query, resourceVersion, dedicated: true, endless, onTrouble, signal: watching };
    for await (const event of cluster.watch<Pod>(options)) {
      silence?.broken();
      version = event.object.metadata?.resourceVersion ?? version;
      onEvent?.(event);
      if (event.type !== 'BOOKMARK') onPod(event.type, event.object);
    }
  } finally {
    silence?.end();
  }
  return deaf.signal.aborted ? version : undefined;
}

/** Lists page by page; returns the version to watch from. An expired continue token restarts the list. */
async function pagedList({ cluster, path, query, onPod, signal }: PodFeedOptions): Promise<string> {
  for (;;) {
    let version = '';
    try {
      for await (const page of listPages<Pod>(cluster, { path, query, signal })) {
        for (const pod of page.items) onPod('ADDED', pod);
        version = page.resourceVersion;
      }
      return version;
    } catch (error) {
      if (!(error instanceof ApiStatusError) || error.code !== 410) throw error;
    }
  }
}

function isInitialEnd({ type, object }: WatchEvent<Pod>): boolean {
  return type === 'BOOKMARK' && object.metadata?.annotations?.[INITIAL_EVENTS_END] === 'true';
}

/** The server knows the parameters and forbids them, or rejects them as invalid. */
function isUnsupported(error: unknown): boolean {
  return error instanceof ApiStatusError && (error.code === 400 || error.code === 422);
}
