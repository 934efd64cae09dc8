import { connect as netConnect } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionFailure } from './transport.ts';

/** Ends a chain of handshakes by time or signal, and knows the sockets to destroy when it fails. */
export class Gate {
  readonly #sockets: Socket[] = [];
  readonly #failed: Promise<never>;
  readonly #release: () => void;
  /** Resolves when the first packet is about to leave: the server's name has been looked up. */
  readonly begun: Promise<void>;
  /** To be called then. */
  readonly begin: () => void;

  constructor(timeout: number, signal: AbortSignal | undefined) {
    let begin: () => void = () => undefined;
    this.begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.begin = begin;
    let reject: (reason: unknown) => void = () => undefined;
    this.#failed = new Promise<never>((_, no) => {
      reject = no;
    });
    this.#failed.catch(() => undefined);
    const timer = setTimeout(
      () => reject(new ConnectionFailure('CONNECT_TIMEOUT', `no connection within ${timeout} ms`)),
      timeout,
    );
    const onAbort = () => reject(signal?.reason);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  /** Remembers a socket that must not outlive a failure. */
  own<T extends Socket>(socket: T): T {
    this.#sockets.push(socket);
    return socket;
  }

  wait<T>(step: Promise<T>): Promise<T> {
    return Promise.race([step, this.#failed]);
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.on('error', () => undefined).destroy();
  }

  release(): void {
    this.#release();
  }
}

/** A TCP connection; small messages leave at once (keystrokes, frames). */
export function open(address: { host: string; port: number }, gate: Gate): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = gate.own(netConnect({ ...address, noDelay: true, keepAlive: true }));
    // Whichever comes first: attempts are told of by Node 20.12 and later.
    for (const event of ['connectionAttempt', 'connect']) socket.once(event, gate.begin);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      // It may break before anybody uses it, who will then find that out.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
