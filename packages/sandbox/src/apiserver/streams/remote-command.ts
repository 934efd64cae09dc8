import type { Readable } from 'node:stream';
import {
  BASE64_V1,
  BASE64_V4,
  canHalfClose,
  Channel,
  decodeFrame,
  decodeResize,
  encodeFrame,
  MAX_DATA_BYTES,
  type Frame,
} from 'kubectl-dbg-wire';
import type { RawData, WebSocket } from 'ws';
import type { RemoteProcess } from '../../cri/remote-process.ts';
import { commandStatus, type RemoteCommandOptions } from './command-status.ts';

/** The close code of a normal closure. */
const NORMAL_CLOSURE = 1000;
/** A close message contains only the channel's number; anything else is a protocol error. */
const CLOSE_BYTES = 2;
/** The digit `0`; text frames encode the channel's number as a digit. */
const DIGIT_ZERO = 0x30;

/** Copies a process's streams over a WebSocket until the process terminates or the client disconnects. */
export async function runRemoteCommand(
  socket: WebSocket,
  process: RemoteProcess,
  options: RemoteCommandOptions,
): Promise<void> {
  const session = new RemoteCommandSession(socket, process, options);
  await session.run();
}

class RemoteCommandSession {
  readonly #socket: WebSocket;
  readonly #process: RemoteProcess;
  readonly #options: RemoteCommandOptions;
  readonly #base64: boolean;
  #resizeBroken = false;
  #detached!: () => void;
  readonly #untilDetached: Promise<'detached'>;

  constructor(socket: WebSocket, process: RemoteProcess, options: RemoteCommandOptions) {
    this.#socket = socket;
    this.#process = process;
    this.#options = options;
    this.#base64 = options.subprotocol === BASE64_V1 || options.subprotocol === BASE64_V4;
    this.#untilDetached = new Promise((resolve) => {
      this.#detached = () => resolve('detached');
    });
  }

  async run(): Promise<void> {
    const { stdout, stderr } = this.#process;
    const gone = new Promise<'gone'>((resolve) => {
      this.#socket.once('close', () => resolve('gone'));
    });
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    const { stdin } = this.#process;
    stdin?.on('error', () => {
      // The process has closed its stdin; further input is lost, as on a real node.
    });
    for (const event of ['drain', 'close']) {
      stdin?.on(event, () => {
        if (!this.#resizeBroken) this.#socket.resume();
      });
    }
    await this.#open();
    const output = Promise.all([
      stdout === undefined ? undefined : this.#pump(Channel.stdout, stdout),
      stderr === undefined ? undefined : this.#pump(Channel.stderr, stderr),
    ]);
    const ended = this.#process.ended.then(
      (end) => ({ end }),
      (error: unknown) => ({ error }),
    );
    const outcome = await Promise.race([output.then(() => ended), this.#untilDetached, gone]);
    if (outcome === 'gone' || outcome === 'detached') this.#process.detach();
    if (outcome === 'gone') return;
    const status = outcome === 'detached' ? { end: undefined } : outcome;
    await this.#finish(commandStatus(status, this.#options));
  }

  /** Every session starts with an empty frame on its lowest output channel. */
  async #open(): Promise<void> {
    const { stdout, stderr } = this.#options.streams;
    await this.#send(stdout ? Channel.stdout : stderr ? Channel.stderr : Channel.error, Buffer.alloc(0));
  }

  async #pump(channel: number, output: Readable): Promise<void> {
    try {
      for await (const chunk of output as AsyncIterable<Buffer>) {
        // A kubelet sends frames of limited size, and clients refuse larger ones.
        for (let at = 0; at < chunk.length; at += MAX_DATA_BYTES) {
          await this.#send(channel, chunk.subarray(at, at + MAX_DATA_BYTES));
        }
      }
    } catch {
      // The output has broken with its process or client, which report the end.
    }
  }

  /** Resolves when the message is sent, so that a slow client slows the process. */
  #send(channel: number, data: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState !== this.#socket.OPEN) resolve();
      else if (this.#base64) {
        this.#socket.send(`${channel}${Buffer.from(data).toString('base64')}`, () => resolve());
      } else this.#socket.send(encodeFrame(channel, data), () => resolve());
    });
  }

  async #finish(status: Buffer | undefined): Promise<void> {
    if (status !== undefined) await this.#send(Channel.error, status);
    this.#socket.close(NORMAL_CLOSURE);
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    const frame = this.#decode(bytes, isBinary);
    if (frame.kind === 'close') this.#closeChannel(frame.channel);
    if (frame.kind !== 'data') return;
    if (frame.channel === Channel.stdin) this.#receiveStdin(frame.data);
    if (frame.channel === Channel.resize) this.#resize(frame.data);
  }

  #decode(bytes: Buffer, isBinary: boolean): Frame {
    const { subprotocol } = this.#options;
    const halfClose = canHalfClose(subprotocol);
    if (halfClose && bytes[0] === Channel.close && bytes.length !== CLOSE_BYTES) {
      return { kind: 'close', channel: Channel.close };
    }
    if (!this.#base64) return decodeFrame(bytes, halfClose);
    if (isBinary || bytes.length === 0) return { kind: 'empty' };
    const text = bytes.subarray(1).toString('latin1');
    return { kind: 'data', channel: (bytes[0] ?? 0) - DIGIT_ZERO, data: Buffer.from(text, 'base64') };
  }

  #receiveStdin(data: Uint8Array): void {
    const { streams, subprotocol, command } = this.#options;
    // Unrequested input ends an attach in older protocols, and is ignored otherwise.
    if (!streams.stdin && command.length === 0 && !canHalfClose(subprotocol)) this.#detached();
    else this.#writeStdin(data);
  }

  #writeStdin(data: Uint8Array): void {
    const { stdin } = this.#process;
    if (stdin === undefined || data.length === 0 || stdin.writableEnded || stdin.destroyed) return;
    // Resumed on drain.
    if (!stdin.write(data)) this.#socket.pause();
  }

  #closeChannel(channel: number): void {
    if (channel === Channel.stdin) {
      if (this.#process.stdin === undefined) return;
      this.#process.stdin.end();
      if (this.#options.endsWithStdin) this.#detached();
    } else if (channel > Channel.resize) {
      // A protocol error ends the connection.
      this.#process.detach();
      this.#socket.close(NORMAL_CLOSURE);
    }
  }

  /** A malformed size is ignored, but like a real server, the session hangs at the next one. */
  #resize(data: Uint8Array): void {
    if (!this.#options.streams.tty) return;
    if (this.#resizeBroken) {
      this.#socket.pause();
      return;
    }
    const size = decodeResize(data);
    if (size === undefined) this.#resizeBroken = true;
    else this.#process.resize(size);
  }
}
