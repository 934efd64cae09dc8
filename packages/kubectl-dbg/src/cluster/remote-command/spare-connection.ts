import type { Socket } from 'node:net';

/** One connection opened ahead of time: taken once, or closed. */
export class SpareConnection {
  readonly #open: () => Promise<Socket>;
  #opening: Promise<Socket | undefined> | undefined;
  #closed = false;

  constructor(open: () => Promise<Socket>) {
    this.#open = open;
  }

  /** Begins to open one, unless one is there. */
  prepare(): void {
    if (this.#closed) return;
    this.#opening ??= this.#open().then(
      (socket) => {
        // Errors while nobody uses it only make it useless; a spare one must not keep the program running.
        socket.on('error', ignore);
        socket.unref();
        if (this.#closed) socket.destroy();
        return socket;
      },
      () => undefined,
    );
  }

  /** The connection that was prepared, if it is still good. The server may have closed it for its idleness. */
  async take(): Promise<Socket | undefined> {
    const opening = this.#opening;
    this.#opening = undefined;
    const socket = await opening;
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
  // deliberately nothing
}
