/** The part of a WebSocket that a heartbeat needs. */
export interface Pingable {
  ping(): void;
  terminate(): void;
}

/**
 * Pings a peer and gives it up when it is silent. Any received data is a sign of life. While nobody reads, the socket is
 * paused and a pong could not arrive: silence is not counted then, but pings continue, so that proxies do not treat the
 * connection as idle and a broken one is detected by the write. Silence is also not counted while this process was
 * stopped, or its machine asleep: data that arrived in the meantime has not been read yet.
 */
export class Heartbeat {
  readonly #peer: Pingable;
  readonly #limit: number;
  readonly #interval: number;
  readonly #isPaused: () => boolean;
  readonly #onSilent: () => void;
  readonly #timer: NodeJS.Timeout;
  /** Time of the last sign of life, by performance.now(). */
  #heard = performance.now();
  #beaten = performance.now();

  constructor(options: {
    peer: Pingable;
    interval: number;
    /** Silence after which the peer counts as dead. */
    limit: number;
    isPaused: () => boolean;
    onSilent: () => void;
  }) {
    this.#peer = options.peer;
    this.#limit = options.limit;
    this.#interval = options.interval;
    this.#isPaused = options.isPaused;
    this.#onSilent = options.onSilent;
    this.#timer = setInterval(() => this.#beat(), options.interval);
  }

  heard(): void {
    this.#heard = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = performance.now();
    const stoodStill = now - this.#beaten > 2 * this.#interval;
    this.#beaten = now;
    if (stoodStill || this.#isPaused()) this.heard();
    if (now - this.#heard > this.#limit) {
      this.stop();
      this.#onSilent();
      this.#peer.terminate();
      return;
    }
    this.#peer.ping();
  }
}
