import type { WatchEvent } from '../types.ts';

/** What every object of the API has. */
export interface ObjectMeta {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
}

/** An object as far as a watch needs to know it. */
export interface WatchedObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/**
 * Remembers which objects a watch has shown, by their metadata only, so that after a gap it can be said which have gone.
 */
export class KnownObjects {
  readonly #objects = new Map<string, WatchedObject>();

  /** Takes note of an event. */
  observe(type: WatchEvent<unknown>['type'], object: WatchedObject): void {
    const key = keyOf(object);
    if (type === 'DELETED') this.#objects.delete(key);
    else if (type !== 'BOOKMARK') this.#objects.set(key, identity(object));
  }

  /**
   * The events that lead from what is known to what a list has found: DELETED for what has gone or was replaced by
   * another object of its name (with identity only: the last state was not seen), MODIFIED for all that is there.
   *
   * @param sole the only object that the watch is about: it has gone if it is in no list, even if no event showed it
   */
  *replace<T extends WatchedObject>(items: readonly T[], sole?: WatchedObject): Generator<WatchEvent<T>> {
    if (sole !== undefined && items.length === 0 && this.#objects.size === 0) {
      yield { type: 'DELETED', object: sole as T };
    }
    const found = new Map(items.map((item) => [keyOf(item), item]));
    for (const [key, known] of this.#objects) {
      const now = found.get(key);
      if (now === undefined || now.metadata?.uid !== known.metadata?.uid) {
        this.#objects.delete(key);
        yield { type: 'DELETED', object: known as T };
      }
    }
    for (const [key, item] of found) {
      this.#objects.set(key, identity(item));
      yield { type: 'MODIFIED', object: item };
    }
  }
}

function keyOf(object: WatchedObject): string {
  return `${object.metadata?.namespace ?? ''}/${object.metadata?.name ?? ''}`;
}

function identity(object: WatchedObject): WatchedObject {
  const { name, namespace, uid } = object.metadata ?? {};
  return {
    ...(object.apiVersion === undefined ? {} : { apiVersion: object.apiVersion }),
    ...(object.kind === undefined ? {} : { kind: object.kind }),
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}
