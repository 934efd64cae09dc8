import type { KubeObject, ResourceKey } from '../../machinery/objects.ts';
import { cloneJson } from '../../store/json.ts';
import type { Store, StoreEvent } from '../../store/types.ts';

/** Heartbeats, which are dropped instead of delayed. */
const HEARTBEATS: ReadonlySet<ResourceKey> = new Set(['nodes', 'leases.coordination.k8s.io']);

/**
 * A kubelet's connection to the API, which can be cut. Writes and events are then queued until it is restored; the
 * kubelet sees its own pending writes.
 */
export class Link implements Store {
  readonly #store: Store;
  /** Pending writes, in order. */
  #writes: (() => void)[] = [];
  /** Undelivered events, in order. */
  #events: (() => void)[] = [];
  /** Objects with the pending writes applied. */
  readonly #drafts = new Map<string, KubeObject>();
  #cut = false;

  constructor(store: Store) {
    this.#store = store;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  get resourceVersion(): number {
    return this.#store.resourceVersion;
  }

  cut(): void {
    this.#cut = true;
  }

  restore(): void {
    this.#cut = false;
    this.#drafts.clear();
    const [writes, events] = [this.#writes, this.#events];
    this.#writes = [];
    this.#events = [];
    for (const write of writes) write();
    for (const deliver of events) deliver();
  }

  get<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.#store.get<T>(resource, namespace, name);
  }

  list<T extends KubeObject>(resource: ResourceKey, namespace?: string): T[] {
    return this.#store.list<T>(resource, namespace);
  }

  create<T extends KubeObject>(resource: ResourceKey, object: T): T {
    if (!this.#cut) return this.#store.create(resource, object);
    this.#later(resource, () => {
      this.#store.create(resource, object);
    });
    return object;
  }

  update<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
    change: (draft: T) => void,
  ): T | undefined {
    if (!this.#cut) return this.#store.update(resource, namespace, name, change);
    const key = [resource, namespace, name].join('\0');
    const known = (this.#drafts.get(key) ?? this.#store.get(resource, namespace, name)) as T | undefined;
    if (known === undefined) return undefined;
    const draft = cloneJson(known);
    change(draft);
    this.#drafts.set(key, draft);
    this.#later(resource, () => {
      this.#store.update(resource, namespace, name, change);
    });
    return draft;
  }

  remove<T extends KubeObject>(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    if (!this.#cut) return this.#store.remove<T>(resource, namespace, name);
    const last = this.#store.get<T>(resource, namespace, name);
    this.#later(resource, () => {
      const now = this.#store.get(resource, namespace, name);
      // A new object may have that name now.
      if (now?.metadata.uid === last?.metadata.uid) this.#store.remove(resource, namespace, name);
    });
    return last;
  }

  subscribe<T extends KubeObject>(
    resource: ResourceKey,
    listener: (event: StoreEvent<T>) => void,
  ): () => void {
    return this.#store.subscribe<T>(resource, (event) => {
      if (this.#cut) this.#events.push(() => listener(event));
      else listener(event);
    });
  }

  #later(resource: ResourceKey, write: () => void): void {
    if (HEARTBEATS.has(resource)) return;
    this.#writes.push(() => {
      try {
        write();
      } catch {
        // The object has changed or was deleted; a kubelet does not retry such a write either.
      }
    });
  }
}
