import { connect as netConnect } from 'node:net';
import type { Socket } from 'node:net';
import { startTimer } from '../../base/timer.ts';
import { ConnectionFailure } from './transport.ts';

/** Ends a chain of handshakes on timeout or signal, and destroys its sockets when it fails. */
export class Gate {
  readonly #sockets: Socket[] = [];
  readonly #failed: Promise<never>;
  readonly #release: () => void;
  /** Resolves when the first packet is about to be sent: the server's name has been resolved. */
  readonly begun: Promise<void>;
  /** What is being waited for: a peer, or the proxy's response about the tunnel. */
  hop: 'server' | 'proxy' | 'tunnel' = 'server';
  /** To be called at that moment. */
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
    const cancel = startTimer(timeout, () =>
      reject(new ConnectionFailure('CONNECT_TIMEOUT', `no connection within ${timeout} ms`)),
    );
    const onAbort = () => reject(signal?.reason);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#release = () => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  /** Registers a socket that must be destroyed after a failure. */
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

/** A TCP connection; small messages are sent at once (keystrokes, frames). */
export function open(address: { host: string; port: number }, gate: Gate): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = gate.own(netConnect({ ...address, noDelay: true, keepAlive: true }));
    // Whichever comes first: Node 20.12 and later report attempts.
    for (const event of ['connectionAttempt', 'connect']) socket.once(event, gate.begin);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      // It may break before anybody uses it; the next user will find out.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
