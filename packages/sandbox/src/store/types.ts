import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';

/** Any API object as stored: JSON, with the metadata that the store itself keeps. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** A resource's key: its plural, with the group for all but the core group (`pods`, `deployments.apps`). */
export type ResourceKey = string;

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a watcher is told. `previous` is the object before the change, for selectors that it no longer matches. */
export interface StoreEvent<T extends KubeObject = KubeObject> {
  type: WatchEventType;
  object: T;
  previous?: T;
  resourceVersion: number;
}

/**
 * The one place where objects live: in memory, synchronous, with one resourceVersion counter for all.
 *
 * Objects handed out are frozen in spirit: never mutate them, use `update`.
 * The store does no defaulting, validation or authorization; that is the API server's. The kubelet and the
 * controllers, which a real cluster trusts to write status, use it directly.
 */
export interface Store {
  get<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** In order of namespace, then name. */
  list<T extends KubeObject>(resource: ResourceKey, namespace?: string): T[];
  /** Sets uid, resourceVersion and creationTimestamp (where absent). Throws StatusError AlreadyExists. */
  create<T extends KubeObject>(resource: ResourceKey, object: T): T;
  /**
   * Applies `change` to a deep copy and stores it with a new resourceVersion; an update that changes nothing
   * makes no event. Returns undefined if the object is gone.
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
