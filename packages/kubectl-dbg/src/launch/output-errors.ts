type Listener = (stream: 'stdout' | 'stderr', error: Error) => void;

/**
 * Errors of the standard outputs: stored for later listeners, since a stream may fail with its first byte. An observed
 * stream never crashes the program by an unhandled error.
 */
export class OutputErrors {
  /** The used streams. */
  readonly streams = new Set<NodeJS.WriteStream>();
  readonly #listeners = new Set<Listener>();
  #early: Parameters<Listener>[] = [];

  /** Returns the stream, whose errors are recorded from now on. */
  observe(name: 'stdout' | 'stderr', stream: NodeJS.WriteStream): NodeJS.WriteStream {
    if (this.streams.has(stream)) return stream;
    this.streams.add(stream);
    stream.on('error', (error) => {
      if (this.#listeners.size === 0) this.#early.push([name, error]);
      for (const listener of this.#listeners) listener(name, error);
    });
    return stream;
  }

  /** Calls `listener` with each error, including earlier ones, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    const early = this.#early;
    this.#early = [];
    for (const args of early) listener(...args);
    return () => this.#listeners.delete(listener);
  }
}
