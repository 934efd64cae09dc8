import type { Socket } from 'node:net';
import { abortable } from '../../base/abortable.ts';

/** One connection opened in advance: used once, or closed. */
export class SpareConnection {
  readonly #open: () => Promise<Socket>;
  #opening: Promise<Socket | undefined> | undefined;
  #closed = false;

  constructor(open: () => Promise<Socket>) {
    this.#open = open;
  }

  /** Starts to open one, unless there is one. */
  prepare(): void {
    if (this.#closed) return;
    this.#opening ??= this.#open().then(
      (socket) => {
        // An error while nobody uses it only makes it useless; a spare connection must not keep the program running.
        socket.on('error', ignore);
        socket.unref();
        if (this.#closed) socket.destroy();
        return socket;
      },
      () => undefined,
    );
  }

  /**
   * The prepared connection, if it is still usable: the server may have closed it as idle. One that opens after an abort
   * is closed.
   */
  async take(signal?: AbortSignal): Promise<Socket | undefined> {
    const opening = this.#opening ?? Promise.resolve(undefined);
    this.#opening = undefined;
    let socket;
    try {
      socket = await abortable(opening, signal);
    } catch (error) {
      void opening.then((late) => late?.destroy());
      throw error;
    }
    if (socket === undefined) return undefined;
    if (socket.destroyed || !socket.readable || !socket.writable) {
      socket.destroy();
      return undefined;
    }
    socket.ref();
    return socket;
  }

  close(): void {
    this.#closed = true;
    this.#opening?.then((socket) => socket?.destroy(), ignore);
    this.#opening = undefined;
  }
}

function ignore(): void {
  // intentionally empty
}
