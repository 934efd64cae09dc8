interface Entry {
  pauseMs: number;
  since: number;
}

/** Pauses that double with every failure of the same thing, as client-go's flow control keeps them. Times in ms. */
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

  /** The pause that is now due after an event at `eventAt`, or 0 if it is over. */
  remaining(key: string, eventAt: number, now: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, eventAt)) return 0;
    return Math.max(0, eventAt + entry.pauseMs - now);
  }

  /** The length of the pause in force. */
  pause(key: string): number {
    return this.#entries.get(key)?.pauseMs ?? 0;
  }

  /** Notes a failure at `eventAt`: the next pause is twice as long. */
  next(key: string, eventAt: number): void {
    const entry = this.#entries.get(key);
    const pauseMs =
      entry === undefined || this.#expired(entry, eventAt)
        ? this.#firstMs
        : Math.min(this.#maxMs, entry.pauseMs * 2);
    this.#entries.set(key, { pauseMs, since: eventAt });
  }

  /** When the last failure was; undefined if there was none. */
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
