import type { WatchEvent } from '../types.ts';

/** Metadata that every API object has. */
export interface ObjectMeta {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
}

/** An object, as far as a watch needs it. */
export interface WatchedObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** Memory per object in addition to its name and uid: two strings and a map entry. */
const BYTES_EACH = 120;

/**
 * Remembers the objects of one kind that a watch has seen, by name and uid only, so that deletions can be reported after
 * a gap. A list is processed page by page: `beginList`, `listed` for each object, `endList`.
 */
export class KnownObjects {
  /** Uids, by `NAMESPACE/NAME`; empty where an object has none. */
  #uids = new Map<string, string>();
  /** During a list: the objects that it has not contained so far. */
  #unlisted = new Map<string, string>();
  #type: Pick<WatchedObject, 'apiVersion' | 'kind'> = {};
  #bytes = 0;

  /** Approximate memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records an event. */
  observe(type: WatchEvent<unknown>['type'], object: WatchedObject): void {
    if (type === 'BOOKMARK') return;
    const key = keyOf(object);
    if (type === 'DELETED') this.#forget(this.#uids, key);
    else this.#keep(key, object);
  }

  /** Starts a list; after an unfinished list, objects that it did not contain may still exist. */
  beginList(): void {
    for (const [key, uid] of this.#uids) this.#unlisted.set(key, uid);
    this.#uids = new Map();
  }

  /** The events from the known state of an object to its state in a list. */
  *listed<T extends WatchedObject>(object: T): Generator<WatchEvent<T>> {
    const key = keyOf(object);
    const uid = this.#unlisted.get(key);
    this.#forget(this.#unlisted, key);
    if (uid !== undefined && uid !== (object.metadata?.uid ?? ''))
      yield { type: 'DELETED', object: this.#identity(key, uid) as T };
    this.#keep(key, object);
    yield { type: 'MODIFIED', object };
  }

  /**
   * The list is complete: objects that it did not contain were deleted (with only the identity, because the last state
   * was not seen).
   *
   * @param sole the only object of the watch: it was deleted if no list contains it, even if no event reported it
   */
  *endList<T extends WatchedObject>(sole?: WatchedObject): Generator<WatchEvent<T>> {
    if (sole !== undefined && this.#unlisted.size === 0 && this.#uids.size === 0)
      yield { type: 'DELETED', object: sole as T };
    for (const [key, uid] of this.#unlisted) {
      this.#forget(this.#unlisted, key);
      yield { type: 'DELETED', object: this.#identity(key, uid) as T };
    }
  }

  #keep(key: string, { apiVersion, kind, metadata }: WatchedObject): void {
    const uid = metadata?.uid ?? '';
    this.#forget(this.#uids, key);
    this.#uids.set(key, uid);
    this.#bytes += bytesOf(key, uid);
    this.#type = {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind }),
    };
  }

  #forget(uids: Map<string, string>, key: string): void {
    const uid = uids.get(key);
    if (uid === undefined) return;
    uids.delete(key);
    this.#bytes -= bytesOf(key, uid);
  }

  #identity(key: string, uid: string): WatchedObject {
    const slash = key.indexOf('/');
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
    return {
      ...this.#type,
      metadata: {
        name,
        ...(namespace === '' ? {} : { namespace }),
        ...(uid === '' ? {} : { uid }),
      },
    };
  }
}

function keyOf({ metadata }: WatchedObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

function bytesOf(key: string, uid: string): number {
  return BYTES_EACH + key.length + uid.length;
}
