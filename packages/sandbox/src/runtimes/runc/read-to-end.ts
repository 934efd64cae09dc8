import type { ReadStream } from 'node:tty';
import type { IPty } from '@lydell/node-pty';

/** How long (ms) the last output of a process that has exited may take to be read on a busy machine. */
const DRAIN_MS = 10_000;

/** The same if its reader has paused it: that one may be gone. */
const PAUSED_MS = 120_000;

/**
 * node-pty closes a terminal 200 ms after the exit of its process, even if the last output has not been read by then: on
 * a busy machine, or because its reader has paused it, it is lost. With this the terminal is closed once it has been
 * read to its end, or if nothing ends it (a process in the background has it open). While it is
 * paused it does not keep this process alive. Returns a function that undoes this.
 */
export function readToEnd(terminal: IPty): () => void {
  const { _socket: socket } = terminal as unknown as { _socket: ReadStream };
  const destroy = socket.destroy.bind(socket);
  const closeAfter = (milliseconds: number): void => {
    setTimeout(() => {
      if (socket.isPaused() && milliseconds < PAUSED_MS) closeAfter(PAUSED_MS);
      else destroy();
    }, milliseconds).unref();
  };
  socket.destroy = (error) => {
    // The end of a terminal is an error (EIO).
    if (error !== undefined || socket.readableEnded) return destroy(error);
    if (socket.isPaused()) socket.unref().once('resume', () => socket.ref());
    closeAfter(DRAIN_MS);
    return socket;
  };
  return () => {
    socket.destroy = destroy;
  };
}
