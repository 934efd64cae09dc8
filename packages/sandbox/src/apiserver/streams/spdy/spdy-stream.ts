import { Duplex } from 'node:stream';
import { type Headers, INITIAL_WINDOW_BYTES } from 'kubectl-dbg-wire/spdy';

/**
 * How much a stream holds that nobody has read yet, before the whole connection waits. Peers written in Go heed no
 * windows, so the connection is all that can be slowed; the slack keeps one slow stream from holding up others at once.
 */
const BUFFER_BYTES = 1024 * 1024;
/** Grants are gathered until they come to half a window, so that they don't outnumber the data. */
const GRANT_BYTES = INITIAL_WINDOW_BYTES / 2;

/** What a stream asks of its connection. */
export interface StreamCarrier {
  reply(): void;
  data(data: Buffer, fin: boolean, sent: (error?: Error | null) => void): void;
  reset(): void;
  /** The peer may send so many bytes more. */
  grant(bytes: number): void;
  /** The stream holds all it can, or has room again. */
  full(isFull: boolean): void;
}

/**
 * One stream of a SPDY connection, opened by the peer. Its two directions end on their own; destroying it before both
 * have ended resets it.
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
    // A reset by the peer, or the end of the connection, is told by `close`; nobody need listen for more.
    this.on('error', () => undefined);
  }

  /** Accepts the stream; nothing may be written to it before. */
  accept(): void {
    this.#carrier.reply();
  }

  /** Takes in what the peer sent; `fin`: its last. */
  receive(data: Buffer, fin: boolean): void {
    if (this.#finReceived || this.destroyed) return;
    this.#ungranted += data.length;
    if (data.length > 0 && !this.push(data)) this.#carrier.full(true);
    if (!fin) return;
    this.#finReceived = true;
    this.push(null);
  }

  /** Lets go of a stream that the peer has reset or whose connection is over: no reset is sent. */
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
