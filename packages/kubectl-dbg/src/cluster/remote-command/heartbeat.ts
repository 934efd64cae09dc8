/** The part of a WebSocket that a heartbeat needs. */
export interface Pingable {
  ping(): void;
  terminate(): void;
}

/**
 * Pings a peer and gives it up when it stays silent. Anything that comes counts as a sign of life. While nobody reads,
 * the socket is paused and a pong could not come: silence is not counted then, but pings go on, so that proxies do not
 * take the connection for idle and a broken one is noticed by the write.
 */
export class Heartbeat {
  readonly #peer: Pingable;
  readonly #limit: number;
  readonly #isPaused: () => boolean;
  readonly #onSilent: () => void;
  readonly #timer: NodeJS.Timeout;
  /** Milliseconds of performance.now() of the last sign of life. */
  #heard = performance.now();

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
    if (this.#isPaused()) this.heard();
    if (performance.now() - this.#heard > this.#limit) {
      this.stop();
      this.#onSilent();
      this.#peer.terminate();
      return;
    }
    this.#peer.ping();
  }
}
