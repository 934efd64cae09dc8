import type { KubeObject, ResourceKey } from '../machinery/objects.ts';

/** A change of an object, in the terms of a watch. */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** A watch event. `previous` is the object before the change, for selectors that it no longer matches. */
export interface StoreEvent<T extends KubeObject = KubeObject> {
  type: WatchEventType;
  object: T;
  previous?: T;
  resourceVersion: number;
}

/**
 * The only place where objects are kept: in memory, synchronous, with one resourceVersion counter for all.
 *
 * Treat returned objects as immutable: change them only with `update`. The store does no defaulting, validation or
 * authorization; that is the API server's task. The kubelet and the controllers, which a real cluster trusts to write
 * status, use it directly.
 */
export interface Store {
  /** The object with that name; undefined if there is none. */
  get<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** Sorted by namespace, then name. */
  list<T extends KubeObject>(resource: ResourceKey, namespace?: string): T[];
  /** Sets uid, resourceVersion and creationTimestamp (if absent). Throws StatusError AlreadyExists. */
  create<T extends KubeObject>(resource: ResourceKey, object: T): T;
  /**
   * Applies `change` to a deep copy and stores it with a new resourceVersion; an update without a change emits no event.
   * Returns undefined if the object does not exist.
   */
  update<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
    change: (draft: T) => void,
  ): T | undefined;
  /** Removes the object at once (no grace, no finalizers); returns its last state. */
  remove<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** Every change from now on, in order, called synchronously after the change. Returns the unsubscribe function. */
  subscribe<T extends KubeObject>(
    resource: ResourceKey,
    listener: (event: StoreEvent<T>) => void,
  ): () => void;
  /** The resourceVersion of the last change. */
  readonly resourceVersion: number;
}
