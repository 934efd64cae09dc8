import type { Duplex } from 'node:stream';
import { FrameReader, FrameWriter, GO_AWAY_OK, ResetStatus, type SpdyFrame } from 'kubectl-dbg-wire/spdy';
import { SpdyStream } from './spdy-stream.ts';

const GO_AWAY_PROTOCOL_ERROR = 1;

/**
 * The server's side of a SPDY/3.1 connection: the peer opens streams, this side accepts them.
 *
 * Sends window updates when data is read, but ignores the peer's windows, because Kubernetes clients never send updates.
 * The TCP connection provides back-pressure for writes.
 */
export class SpdyConnection {
  /** Resolves when the connection is closed by either side. */
  readonly closed: Promise<void>;
  readonly #transport: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #reader = new FrameReader();
  readonly #writer = new FrameWriter();
  readonly #streams = new Map<number, SpdyStream>();
  /** Streams with a full buffer; while there are any, the connection is not read. */
  readonly #full = new Set<number>();
  #lastStreamId = 0;
  #closing = false;

  /** `head`: bytes after the handshake. */
  constructor(transport: Duplex, head: Buffer, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#onStream = onStream;
    this.closed = new Promise((resolve) => {
      transport.once('close', () => {
        for (const stream of this.#streams.values()) stream.abandon();
        resolve();
      });
    });
    transport.on('error', () => transport.destroy());
    transport.on('end', () => transport.destroy());
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    if (head.length > 0) this.#receive(head);
  }

  /** Accepts no more streams, resets open ones, and ends the connection when everything is sent. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    for (const stream of this.#streams.values()) stream.destroy();
    this.#send({ type: 'goAway', lastStreamId: this.#lastStreamId, status: GO_AWAY_OK });
    this.#transport.end();
    // Discard further input, but read until its end.
    this.#transport.resume();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.read(chunk)) this.#handle(frame);
    } catch {
      this.#send({ type: 'goAway', lastStreamId: this.#lastStreamId, status: GO_AWAY_PROTOCOL_ERROR });
      this.#transport.destroy();
    }
  }

  #handle(frame: SpdyFrame): void {
    switch (frame.type) {
      case 'synStream':
        this.#open(frame);
        break;
      case 'data':
        this.#streams.get(frame.streamId)?.receive(frame.data, frame.fin);
        break;
      case 'headers':
        if (frame.fin) this.#streams.get(frame.streamId)?.receive(Buffer.alloc(0), true);
        break;
      case 'rstStream':
        this.#streams.get(frame.streamId)?.abandon();
        break;
      case 'ping':
        // Odd ids are the client's pings; even ones would be replies to pings of this side.
        if (frame.id % 2 === 1) this.#send(frame);
        break;
      case 'goAway':
        this.close();
        break;
      default:
      // Settings and window updates are ignored.
    }
  }

  #open({ streamId, headers, fin }: Extract<SpdyFrame, { type: 'synStream' }>): void {
    if (this.#closing) return;
    if (streamId % 2 === 0 || streamId <= this.#lastStreamId) {
      this.#send({ type: 'rstStream', streamId, status: ResetStatus.protocolError });
      return;
    }
    this.#lastStreamId = streamId;
    const stream = new SpdyStream(streamId, headers, {
      reply: () => this.#send({ type: 'synReply', streamId, fin: false, headers: new Map() }),
      data: (data, last, sent) => this.#send({ type: 'data', streamId, fin: last, data }, sent),
      reset: () => this.#send({ type: 'rstStream', streamId, status: ResetStatus.cancel }),
      grant: (delta) => this.#send({ type: 'windowUpdate', streamId, delta }),
      full: (isFull) => this.#slow(streamId, isFull),
    });
    this.#streams.set(streamId, stream);
    stream.once('close', () => {
      this.#streams.delete(streamId);
      this.#slow(streamId, false);
    });
    if (fin) stream.receive(Buffer.alloc(0), true);
    this.#onStream(stream);
  }

  #slow(streamId: number, isFull: boolean): void {
    if (isFull) {
      this.#full.add(streamId);
      if (!this.#closing) this.#transport.pause();
    } else if (this.#full.delete(streamId) && this.#full.size === 0) this.#transport.resume();
  }

  /** After the end of the connection, frames are dropped, and `sent` is called with an error. */
  #send(frame: SpdyFrame, sent?: (error?: Error | null) => void): void {
    if (this.#transport.writable) this.#transport.write(this.#writer.write(frame), sent);
    else sent?.(new Error('the connection is over'));
  }
}
