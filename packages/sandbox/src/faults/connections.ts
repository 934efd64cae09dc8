import type { Socket } from 'node:net';
import type { FaultRegistry, OpenStream } from './faults.ts';

/** Holds a connection's bytes, or resumes it. */
export type Hold = (held: boolean) => void;

/** The connections to an API server, so that they can be broken and held. */
export class Connections {
  readonly #faults: FaultRegistry;
  /** By the remote port, as the server sees it. */
  readonly #sockets = new Map<number, Socket>();
  readonly #holds = new Map<number, Hold>();

  constructor(faults: FaultRegistry) {
    this.#faults = faults;
  }

  /** Registers a connection that the server has accepted. */
  add(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    const connection: OpenStream = {
      point: 'connection',
      subject: {},
      progress: {},
      inject: ({ kind }) => (kind === 'stall' ? this.#holds.get(port)?.(true) : this.break(port)),
      release: () => this.#holds.get(port)?.(false),
    };
    this.#sockets.set(port, socket);
    const unwatch = this.#faults.watch(connection);
    socket.once('close', () => {
      unwatch();
      if (this.#sockets.get(port) === socket) this.#sockets.delete(port);
    });
  }

  /** Registers how to hold the connection from that port, until the returned function is called. */
  holdable(port: number, hold: Hold): () => void {
    this.#holds.set(port, hold);
    return () => {
      if (this.#holds.get(port) === hold) this.#holds.delete(port);
    };
  }

  /** Resets the connection from that port. */
  break(port: number | undefined): void {
    this.#holds.get(port ?? 0)?.(false);
    const socket = this.#sockets.get(port ?? 0);
    if (socket !== undefined) reset(socket);
  }
}

/** Ends a TCP connection by a reset, as a peer that has lost its state does: no FIN, and pending data is dropped. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  socket.on('error', () => {});
  socket.resetAndDestroy();
}
