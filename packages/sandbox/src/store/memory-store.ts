import { randomUUID } from 'node:crypto';
import { StatusError } from '../machinery/status-error.ts';
import { deepFreeze } from './deep-freeze.ts';
import { cloneJson, equalJson } from './json.ts';
import { timestamp } from '../machinery/timestamp.ts';
import type { KubeObject, ResourceKey } from '../machinery/objects.ts';
import type { Store, StoreEvent } from './types.ts';
import { WatchHistory } from './watch-history.ts';

/** Enough for a client that is disconnected for minutes; a real watch cache keeps 100 to 100,000 events. */
const HISTORY_CAPACITY = 10_000;

/** A real cluster has written a few hundred objects before its first user connects. */
const FIRST_RESOURCE_VERSION = 200;

export interface MemoryStoreOptions {
  /** Number of events kept per resource; a watch from an older resourceVersion gets 410 Gone. */
  historyCapacity?: number;
  /** The clock, for creation timestamps. */
  now?: () => Date;
  /** Receives errors that listeners throw, which affect neither the write nor other listeners. */
  onListenerError?: (error: unknown) => void;
}

interface Bucket {
  byNamespace: Map<string, Map<string, KubeObject>>;
  history: WatchHistory;
  listeners: Set<(event: StoreEvent) => void>;
}

type NewEvent = Omit<StoreEvent, 'resourceVersion'>;

/** The objects of one sandbox. See `Store` for the contract; `eventsSince` and `compact` are for watches. */
export class MemoryStore implements Store {
  readonly #buckets = new Map<ResourceKey, Bucket>();
  readonly #historyCapacity: number;
  readonly #now: () => Date;
  readonly #onListenerError: (error: unknown) => void;
  readonly #pending: { bucket: Bucket; event: StoreEvent }[] = [];
  #delivering = false;
  #resourceVersion = FIRST_RESOURCE_VERSION;

  constructor(options: MemoryStoreOptions = {}) {
    this.#historyCapacity = options.historyCapacity ?? HISTORY_CAPACITY;
    this.#now = options.now ?? (() => new Date());
    this.#onListenerError =
      options.onListenerError ??
      ((error) =>
        queueMicrotask(() => {
          throw error;
        }));
  }

  get resourceVersion(): number {
    return this.#resourceVersion;
  }

  get<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    const found = this.#bucket(resource)
      .byNamespace.get(namespace ?? '')
      ?.get(name);
    return found as T | undefined;
  }

  list<T extends KubeObject>(resource: ResourceKey, namespace?: string): T[] {
    const { byNamespace } = this.#bucket(resource);
    const namespaces = namespace === undefined ? [...byNamespace.keys()].toSorted(byCodeUnit) : [namespace];
    return namespaces.flatMap((key) => {
      const objects = [...(byNamespace.get(key)?.entries() ?? [])];
      return objects.toSorted(([a], [b]) => byCodeUnit(a, b)).map(([, object]) => object as T);
    });
  }

  create<T extends KubeObject>(resource: ResourceKey, object: T): T {
    const created = cloneJson(object);
    const { name = '', namespace = '' } = created.metadata;
    const bucket = this.#bucket(resource);
    const objects = bucket.byNamespace.get(namespace) ?? new Map<string, KubeObject>();
    if (objects.has(name)) throw alreadyExists(resource, name);
    Object.assign(created.metadata, {
      uid: created.metadata.uid ?? randomUUID(),
      creationTimestamp: created.metadata.creationTimestamp ?? timestamp(this.#now()),
    });
    this.#stamp(created);
    bucket.byNamespace.set(namespace, objects.set(name, created));
    this.#emit(bucket, { type: 'ADDED', object: created });
    return created;
  }

  update<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
    change: (draft: T) => void,
  ): T | undefined {
    const bucket = this.#bucket(resource);
    const objects = bucket.byNamespace.get(namespace ?? '');
    const previous = objects?.get(name) as T | undefined;
    if (objects === undefined || previous === undefined) return undefined;
    const draft = cloneJson(previous);
    change(draft);
    if (equalJson(draft, previous)) return previous;
    this.#stamp(draft);
    objects.set(name, draft);
    this.#emit(bucket, { type: 'MODIFIED', object: draft, previous });
    return draft;
  }

  remove<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    const bucket = this.#bucket(resource);
    const objects = bucket.byNamespace.get(namespace ?? '');
    const previous = objects?.get(name) as T | undefined;
    if (objects === undefined || previous === undefined) return undefined;
    objects.delete(name);
    const last = cloneJson(previous);
    this.#stamp(last);
    this.#emit(bucket, { type: 'DELETED', object: last, previous });
    return last;
  }

  subscribe<T extends KubeObject>(
    resource: ResourceKey,
    listener: (event: StoreEvent<T>) => void,
  ): () => void {
    const { listeners } = this.#bucket(resource);
    const own = (event: StoreEvent): void => listener(event as StoreEvent<T>);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  /** The events of a resource after a resourceVersion, oldest first; undefined if some were compacted. */
  eventsSince(resource: ResourceKey, resourceVersion: number): StoreEvent[] | undefined {
    return this.#bucket(resource).history.since(resourceVersion);
  }

  /** Discards the history of every resource, like a compaction of etcd. */
  compact(): void {
    for (const { history } of this.#buckets.values()) history.compact(this.#resourceVersion);
  }

  #bucket(resource: ResourceKey): Bucket {
    let bucket = this.#buckets.get(resource);
    if (bucket === undefined) {
      const history = new WatchHistory(this.#historyCapacity, FIRST_RESOURCE_VERSION);
      bucket = { byNamespace: new Map(), history, listeners: new Set() };
      this.#buckets.set(resource, bucket);
    }
    return bucket;
  }

  #stamp(object: KubeObject): void {
    this.#resourceVersion += 1;
    Object.assign(object.metadata, { resourceVersion: String(this.#resourceVersion) });
    deepFreeze(object);
  }

  /**
   * Calls the listeners. A listener may itself change the store: those events are queued, so that every listener
   * receives all events in the order of their resourceVersions.
   */
  #emit(bucket: Bucket, change: NewEvent): void {
    const event: StoreEvent = { ...change, resourceVersion: this.#resourceVersion };
    bucket.history.push(event);
    this.#pending.push({ bucket, event });
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      for (const listener of next.bucket.listeners) this.#call(listener, next.event);
    }
    this.#delivering = false;
  }

  #call(listener: (event: StoreEvent) => void, event: StoreEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function alreadyExists(resource: ResourceKey, name: string): StatusError {
  const [plural = resource, ...group] = resource.split('.');
  const details = { name, ...(group.length > 0 ? { group: group.join('.') } : {}), kind: plural };
  return new StatusError(409, 'AlreadyExists', `${resource} "${name}" already exists`, details);
}
