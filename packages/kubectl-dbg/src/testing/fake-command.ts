import { Channel, type Frame } from 'kubectl-dbg-wire';
import type { Closed, RemoteCommand } from '../cluster/types.ts';

/** A remote command whose peer is the test. */
export class FakeCommand implements RemoteCommand {
  readonly subprotocol = 'v5.channel.k8s.io';
  readonly canHalfClose = true;
  readonly closed: Promise<Closed>;
  /** What was sent to the container, and whether its input was ended. */
  readonly sent: Buffer[] = [];
  inputEnded = false;
  #resolve: (closed: Closed) => void = () => undefined;
  #frames: Frame[] = [];
  #wake: (() => void) | undefined;
  #over = false;

  constructor(signal?: AbortSignal) {
    this.closed = new Promise((resolve) => (this.#resolve = resolve));
    if (signal?.aborted === true) this.finish(1006);
    signal?.addEventListener('abort', () => this.finish(1006), { once: true });
  }

  get over(): boolean {
    return this.#over;
  }

  give(text: string, channel: number = Channel.stdout): void {
    this.#frames.push({ kind: 'data', channel, data: Buffer.from(text) });
    this.#wake?.();
  }

  finish(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#resolve({ code, reason: '' });
    this.#wake?.();
  }

  send(channel: number, data: Uint8Array): Promise<void> {
    if (this.#over) return Promise.reject(new Error('the connection to the container is closed'));
    if (channel === Channel.stdin) this.sent.push(Buffer.from(data));
    return Promise.resolve();
  }

  endChannel(): Promise<void> {
    if (this.#over) return Promise.reject(new Error('the connection to the container is closed'));
    this.inputEnded = true;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.finish(1000);
    return Promise.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) yield frame;
      else if (this.#over) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
