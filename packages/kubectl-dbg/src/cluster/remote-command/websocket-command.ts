import type { WebSocket } from 'ws';
import { canHalfClose, decodeFrame, encodeClose, encodeFrame } from 'kubectl-dbg-wire';
import type { Frame } from 'kubectl-dbg-wire';
import { sanitise } from '../../base/sanitise.ts';
import type { ClientTimeouts } from '../options.ts';
import type { Closed, RemoteCommand } from '../types.ts';
import { connectionGone } from './connection-gone.ts';
import { Heartbeat } from './heartbeat.ts';
import { MessageQueue } from './message-queue.ts';

/** Close codes. Source: RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
const ABNORMAL = 1006;

/**
 * Data bytes in one message. kubectl sends 32 KiB; servers read messages of up to 32 MiB, and each has a high fixed cost.
 */
export const MESSAGE_BYTES = 128 * 1024;

/** Data that may wait to be sent: some messages of input, and pongs. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/**
 * Data that may be in transit to the system before a sender has to wait: some messages, so that it need not wait at each.
 */
const MAX_UNSENT_BYTES = 256 * 1024;

/** An attach or exec over an open WebSocket. */
export class WebSocketCommand implements RemoteCommand {
  readonly subprotocol: string;
  readonly canHalfClose: boolean;
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #queue: MessageQueue<Frame>;
  readonly #tuning: Pick<ClientTimeouts, 'closeTimeout'>;
  /** Why we closed the connection, or how it broke. */
  #broke: string | undefined;

  constructor(socket: WebSocket, tuning: ClientTimeouts, signal: AbortSignal | undefined) {
    this.#socket = socket;
    this.#tuning = tuning;
    this.subprotocol = socket.protocol;
    this.canHalfClose = canHalfClose(socket.protocol);
    this.#queue = new MessageQueue({ pause: () => socket.pause(), resume: () => socket.resume() }, (frame) =>
      frame.kind === 'data' ? frame.data.length : 0,
    );
    const heartbeat = new Heartbeat({
      peer: { ping: () => this.#ping(), terminate: () => socket.terminate() },
      interval: tuning.pingInterval,
      limit: tuning.pingInterval + tuning.pingTimeout,
      isPaused: () => this.#queue.paused,
      onSilent: () => {
        this.#broke = 'the connection went dead (pings were not answered)';
      },
    });
    const onAbort = () => socket.terminate();
    this.closed = new Promise((resolve) => {
      const onClose = (code: number, reason: string) => {
        heartbeat.stop();
        signal?.removeEventListener('abort', onAbort);
        this.#queue.end();
        const words = code === ABNORMAL ? this.#broke : undefined;
        resolve({ code, reason: sanitise(words ?? reason) });
      };
      socket.once('close', (code, reason) => onClose(code, reason.toString('utf8')));
      if (socket.readyState === socket.CLOSED) onClose(ABNORMAL, '');
    });
    socket.on('error', (error) => {
      this.#broke ??= error.message;
    });
    socket.on('pong', () => heartbeat.heard());
    socket.on('ping', () => {
      heartbeat.heard();
      // ws has queued the pong: a peer that reads none would exhaust memory.
      if (socket.bufferedAmount <= MAX_UNREAD_BYTES) return;
      this.#broke ??= 'the server does not read what it is sent';
      socket.terminate();
    });
    socket.on('message', (data, isBinary) => {
      heartbeat.heard();
      this.#receive(data as Uint8Array, isBinary);
    });
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  async send(channel: number, data: Uint8Array): Promise<void> {
    // An empty message is sent as such: some have a meaning.
    for (let start = 0; start === 0 || start < data.length; start += MESSAGE_BYTES) {
      await this.#write(encodeFrame(channel, data.subarray(start, start + MESSAGE_BYTES)));
    }
  }

  async endChannel(channel: number): Promise<void> {
    if (this.canHalfClose) await this.#write(encodeClose(channel));
  }

  async close(): Promise<void> {
    this.#queue.drop();
    this.#socket.close(NORMAL);
    const timer = setTimeout(() => this.#socket.terminate(), this.#tuning.closeTimeout);
    await this.closed;
    clearTimeout(timer);
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.#queue[Symbol.asyncIterator]();
  }

  #receive(data: Uint8Array, isBinary: boolean): void {
    // We only offer binary subprotocols: text is a protocol error.
    if (isBinary) this.#queue.push(decodeFrame(data, this.canHalfClose));
    else this.#socket.close(UNSUPPORTED_DATA);
  }

  #ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #write(message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== this.#socket.OPEN) {
        reject(connectionGone(this.#broke));
        return;
      }
      this.#socket.send(message, { binary: true }, (error) => {
        if (error == null) resolve();
        else reject(connectionGone(error.message));
      });
      if (this.#socket.bufferedAmount <= MAX_UNSENT_BYTES) resolve();
    });
  }
}
