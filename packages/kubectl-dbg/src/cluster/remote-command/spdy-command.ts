import type { Socket } from 'node:net';
import { Channel, MAX_DATA_BYTES } from 'kubectl-dbg-wire';
import type { Frame } from 'kubectl-dbg-wire';
import { FrameReader, FrameWriter, GO_AWAY_OK, type SpdyFrame } from 'kubectl-dbg-wire/spdy';
import { sanitise } from '../../base/sanitise.ts';
import type { ClientTimeouts } from '../options.ts';
import type { Closed, RemoteCommand, RemoteCommandOptions } from '../types.ts';
import { connectionGone } from './connection-gone.ts';
import { Heartbeat } from './heartbeat.ts';
import { MessageQueue } from './message-queue.ts';
import { SPDY_PROTOCOL } from './spdy-upgrade.ts';

/** WebSocket close codes, which `Closed` uses for both protocols. */
const NORMAL = 1000;
const ABNORMAL = 1006;
/** A client's streams have odd ids. */
const ID_STEP = 2;
/** Data that may wait to be sent, in addition to a message of input. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** A server responds to each of our streams once, and opens none. */
const MOST_HEADER_BLOCKS = 64;
const NOTHING = Buffer.alloc(0);

type Streams = Pick<RemoteCommandOptions, 'stdin' | 'stdout' | 'stderr' | 'tty'>;

/** The streams that a server expects, in kubectl's order. */
function channelsOf({ stdin, stdout, stderr, tty }: Streams): [channel: number, type: string][] {
  const all: [boolean, number, string][] = [
    [true, Channel.error, 'error'],
    [stdin, Channel.stdin, 'stdin'],
    [stdout, Channel.stdout, 'stdout'],
    [stderr, Channel.stderr, 'stderr'],
    [tty, Channel.resize, 'resize'],
  ];
  return all.filter(([wanted]) => wanted).map(([, channel, type]) => [channel, type]);
}

/**
 * An attach or exec over SPDY/3.1: one stream for each channel. Flow-control windows are neither sent nor respected, as
 * in Kubernetes' servers: the connection itself slows down a sender.
 */
export class SpdyCommand implements RemoteCommand {
  readonly subprotocol = SPDY_PROTOCOL;
  /** The end of a stream signals it. */
  readonly canHalfClose = true;
  readonly closed: Promise<Closed>;
  readonly #connection: Socket;
  readonly #queue: MessageQueue<Frame>;
  readonly #reader = new FrameReader({ mostHeaderBlocks: MOST_HEADER_BLOCKS });
  readonly #writer = new FrameWriter();
  readonly #idOf = new Map<number, number>();
  /** Channels on which the server may still send, by stream. */
  readonly #incoming = new Map<number, number>();
  readonly #closeTimeout: number;
  #pings = 1;
  /** The error channel has reported how the command ended. */
  #told = false;
  #closing = false;
  #broke: string | undefined;

  /** `connection`: just upgraded; data that the server has sent since is waiting in it. */
  constructor(connection: Socket, streams: Streams, tuning: ClientTimeouts, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#closeTimeout = tuning.closeTimeout;
    connection.pause();
    this.#queue = new MessageQueue(
      { pause: () => connection.pause(), resume: () => connection.resume() },
      (frame) => (frame.kind === 'data' ? frame.data.length : 0),
    );
    const heartbeat = new Heartbeat({
      peer: { ping: () => this.#ping(), terminate: () => connection.destroy() },
      interval: tuning.pingInterval,
      limit: tuning.pingInterval + tuning.pingTimeout,
      isPaused: () => this.#queue.paused,
      onSilent: () => {
        this.#broke = 'the connection went dead (pings were not answered)';
      },
    });
    const onAbort = () => connection.destroy();
    this.closed = new Promise((resolve) => {
      connection.once('close', () => {
        heartbeat.stop();
        signal?.removeEventListener('abort', onAbort);
        this.#queue.end();
        const isNormal = this.#closing || this.#told;
        resolve({ code: isNormal ? NORMAL : ABNORMAL, reason: isNormal ? '' : sanitise(this.#broke ?? '') });
      });
    });
    connection.on('error', (error) => {
      this.#broke ??= error.message;
    });
    connection.on('end', () => connection.end());
    connection.on('data', (bytes: Buffer) => {
      heartbeat.heard();
      this.#receive(bytes);
    });
    for (const [channel, type] of channelsOf(streams)) this.#open(channel, type);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  async send(channel: number, data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length; start += MAX_DATA_BYTES) {
      await this.#sendData(channel, Buffer.from(data.subarray(start, start + MAX_DATA_BYTES)), false);
    }
  }

  async endChannel(channel: number): Promise<void> {
    await this.#sendData(channel, NOTHING, true);
  }

  async close(): Promise<void> {
    this.#queue.drop();
    this.#leave();
    const timer = setTimeout(() => this.#connection.destroy(), this.#closeTimeout);
    await this.closed;
    clearTimeout(timer);
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame> {
    return this.#queue[Symbol.asyncIterator]();
  }

  #open(channel: number, type: string): void {
    const streamId = 1 + ID_STEP * this.#idOf.size;
    this.#idOf.set(channel, streamId);
    this.#write({
      type: 'synStream',
      streamId,
      associatedTo: 0,
      priority: 0,
      fin: false,
      unidirectional: false,
      headers: new Map([['streamtype', type]]),
    });
    if (channel !== Channel.stdin && channel !== Channel.resize) this.#incoming.set(streamId, channel);
  }

  #receive(bytes: Buffer): void {
    try {
      for (const frame of this.#reader.read(bytes)) this.#handle(frame);
    } catch (error) {
      this.#broke ??= error instanceof Error ? error.message : String(error);
      this.#connection.destroy();
    }
  }

  #handle(frame: SpdyFrame): void {
    switch (frame.type) {
      case 'data':
        this.#take(frame.streamId, frame.data);
        if (frame.fin) this.#ended(frame.streamId);
        break;
      case 'synReply':
      case 'headers':
        if (frame.fin) this.#ended(frame.streamId);
        break;
      // A kubelet that has finished resets the streams instead of ending them.
      case 'rstStream':
        this.#ended(frame.streamId);
        break;
      case 'ping':
        // Even ids are the server's own pings; an odd one is its response to ours.
        if (frame.id % ID_STEP === 0) this.#answerPing(frame);
        break;
      default:
      // Settings and windows have no effect; after a goAway the streams continue to their end.
    }
  }

  #take(streamId: number, data: Buffer): void {
    const channel = this.#incoming.get(streamId);
    if (channel === undefined || data.length === 0) return;
    if (channel === Channel.error) this.#told = true;
    this.#queue.push({ kind: 'data', channel, data });
  }

  #ended(streamId: number): void {
    this.#incoming.delete(streamId);
    if (this.#incoming.size === 0) this.#leave();
  }

  /** Announces that this side has finished, and ends the connection when that is sent. */
  #leave(): void {
    if (this.#closing) return;
    this.#write({ type: 'goAway', lastStreamId: 0, status: GO_AWAY_OK });
    this.#closing = true;
    this.#connection.end(() => this.#connection.destroy());
  }

  /** A peer that sends pings and reads no responses would exhaust memory. */
  #answerPing(frame: SpdyFrame): void {
    if (this.#connection.writableLength > MAX_UNREAD_BYTES) {
      throw new Error('the server does not read what it is sent');
    }
    this.#write(frame);
  }

  #ping(): void {
    this.#write({ type: 'ping', id: this.#pings });
    this.#pings += ID_STEP;
  }

  #write(frame: SpdyFrame): void {
    if (!this.#closing && this.#connection.writable) this.#connection.write(this.#writer.write(frame));
  }

  #sendData(channel: number, data: Buffer, fin: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const streamId = this.#idOf.get(channel);
      if (streamId === undefined || this.#closing || !this.#connection.writable) {
        reject(connectionGone(this.#broke));
        return;
      }
      this.#connection.write(this.#writer.write({ type: 'data', streamId, fin, data }), (error) => {
        if (error == null) resolve();
        else reject(connectionGone(error.message));
      });
    });
  }
}
