/** The clock as a value, so that recordings can be replayed without waiting. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls once after `delay` milliseconds; the returned function cancels it. */
  after(delay: number, call: () => void): () => void;
  /**
   * Resolves when data that has already arrived was read. After a long turn of the event loop timers fire before sockets
   * are read, and silence would be seen where there is none.
   */
  settled(): Promise<void>;
}

/** The real time. */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  after: (delay, call) => {
    const timer = setTimeout(call, delay);
    return () => clearTimeout(timer);
  },
  settled: async () => {
    // One turn reads the sockets, the next one passes the data through TLS and HTTP to us.
    for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  },
};
