import { Duplex } from 'node:stream';
import { type Headers, INITIAL_WINDOW_BYTES } from 'kubectl-dbg-wire/spdy';

/**
 * Unread bytes of a stream at which the complete connection is paused. Go's SPDY clients ignore windows, so only the
 * connection can be slowed; the buffer keeps one slow stream from blocking the others immediately.
 */
const BUFFER_BYTES = 1024 * 1024;
/** Window updates are sent for half a window at a time, so that they do not outnumber data frames. */
const GRANT_BYTES = INITIAL_WINDOW_BYTES / 2;

/** What a stream needs from its connection. */
export interface StreamCarrier {
  reply(): void;
  data(data: Buffer, fin: boolean, sent: (error?: Error | null) => void): void;
  reset(): void;
  /** Sends a window update: the peer may send this many more bytes. */
  grant(bytes: number): void;
  /** The stream's buffer is full, or has space again. */
  full(isFull: boolean): void;
}

/**
 * One stream of a SPDY connection, opened by the peer. Its directions end separately; destroying it before both have ended
 * resets it.
 */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
  readonly #carrier: StreamCarrier;
  #abandoned = false;
  #finReceived = false;
  #ungranted = 0;

  constructor(id: number, headers: Headers, carrier: StreamCarrier) {
    super({ readableHighWaterMark: BUFFER_BYTES });
    this.id = id;
    this.headers = headers;
    this.#carrier = carrier;
    // A reset by the peer and the end of the connection are reported by 'close'; 'error' needs no listener.
    this.on('error', () => undefined);
  }

  /** Accepts the stream, after which it can be written. */
  accept(): void {
    this.#carrier.reply();
  }

  /** Receives data from the peer; `fin`: the last. */
  receive(data: Buffer, fin: boolean): void {
    if (this.#finReceived || this.destroyed) return;
    this.#ungranted += data.length;
    if (data.length > 0 && !this.push(data)) this.#carrier.full(true);
    if (!fin) return;
    this.#finReceived = true;
    this.push(null);
  }

  /** Destroys the stream without sending a reset, after a reset by the peer or the end of the connection. */
  abandon(): void {
    this.#abandoned = true;
    this.destroy();
  }

  override _read(): void {
    this.#carrier.full(false);
    if (this.#ungranted < GRANT_BYTES || this.#finReceived) return;
    this.#carrier.grant(this.#ungranted);
    this.#ungranted = 0;
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#carrier.data(chunk, false, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#carrier.data(Buffer.alloc(0), true, callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const complete = this.#finReceived && this.writableFinished;
    if (!this.#abandoned && !complete) this.#carrier.reset();
    callback(error);
  }
}
