import type { StoreEvent } from './types.ts';

/**
 * The last changes of one resource, for watches that begin in the past.
 *
 * Bounded: what falls out is forgotten, and a watch from before that point must be told 410 Gone.
 */
export class WatchHistory {
  readonly #capacity: number;
  #events: StoreEvent[] = [];
  /** The resourceVersion of the newest event that was forgotten. */
  #compacted: number;

  /** @param start the resourceVersion before the first event that can come */
  constructor(capacity: number, start = 0) {
    this.#capacity = capacity;
    this.#compacted = start;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    // Trimming a quarter at a time keeps the cost of a push constant on average.
    if (this.#events.length <= this.#capacity) return;
    this.compact(this.#events[Math.floor(this.#capacity / 4)]?.resourceVersion ?? 0);
  }

  /** Forgets the events up to and including that resourceVersion. */
  compact(resourceVersion: number): void {
    this.#compacted = Math.max(this.#compacted, resourceVersion);
    this.#events = this.#events.filter((event) => event.resourceVersion > resourceVersion);
  }

  /** The events after that resourceVersion, oldest first; undefined if some of them are forgotten. */
  since(resourceVersion: number): StoreEvent[] | undefined {
    if (resourceVersion < this.#compacted) return undefined;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.resourceVersion ?? 0) <= resourceVersion) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }
}
