interface Entry {
  pauseMs: number;
  since: number;
}

/** Exponential back-off per key, like client-go's flowcontrol.Backoff. Times in ms. */
export class BackOff {
  readonly #entries = new Map<string, Entry>();
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #resetMs: number;

  constructor(firstMs: number, maxMs: number, resetMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#resetMs = resetMs;
  }

  /** What remains of the pause after a failure at `eventAt`; 0 if it is over. */
  remaining(key: string, eventAt: number, now: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, eventAt)) return 0;
    return Math.max(0, eventAt + entry.pauseMs - now);
  }

  /** The length of the current pause. */
  pause(key: string): number {
    return this.#entries.get(key)?.pauseMs ?? 0;
  }

  /** Records a failure at `eventAt`, which doubles the pause. */
  next(key: string, eventAt: number): void {
    const entry = this.#entries.get(key);
    const pauseMs =
      entry === undefined || this.#expired(entry, eventAt)
        ? this.#firstMs
        : Math.min(this.#maxMs, entry.pauseMs * 2);
    this.#entries.set(key, { pauseMs, since: eventAt });
  }

  /** The time of the last failure; undefined if there was none. */
  since(key: string): number | undefined {
    return this.#entries.get(key)?.since;
  }

  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #expired(entry: Entry, eventAt: number): boolean {
    return eventAt - entry.since > this.#resetMs;
  }
}
