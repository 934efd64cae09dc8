import type { StoreEvent } from './types.ts';

/**
 * The latest events of one resource, for watches from an earlier resourceVersion. A watch from before the oldest event
 * must get 410 Gone.
 */
export class WatchHistory {
  readonly #capacity: number;
  #events: StoreEvent[] = [];
  /** The resourceVersion of the newest event that was discarded. */
  #compacted: number;

  /** @param start the resourceVersion before the first event */
  constructor(capacity: number, start = 0) {
    this.#capacity = capacity;
    this.#compacted = start;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    // Trimming a quarter at a time keeps the amortized cost of a push constant.
    if (this.#events.length <= this.#capacity) return;
    this.compact(this.#events[Math.floor(this.#capacity / 4)]?.resourceVersion ?? 0);
  }

  /** Discards the events up to and including that resourceVersion. */
  compact(resourceVersion: number): void {
    this.#compacted = Math.max(this.#compacted, resourceVersion);
    this.#events = this.#events.filter((event) => event.resourceVersion > resourceVersion);
  }

  /** The events after that resourceVersion, oldest first; undefined if some of them were discarded. */
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
