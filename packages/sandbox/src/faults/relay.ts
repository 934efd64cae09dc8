import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Front, Listener } from '../apiserver/hooks.ts';
import { type Connections, type Hold, reset } from './connections.ts';

/**
 * Listens in front of a server and forwards bytes in both directions, unless it is told to hold them: then both ends see
 * an open connection without data, as with a cut cable.
 */
export async function startRelay(
  listen: Listener,
  target: Listener,
  connections: Connections,
): Promise<Front> {
  const sockets = new Set<Socket>();
  const server = createServer((outer) => {
    const inner = connect(target);
    for (const socket of [outer, inner]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => {});
    }
    outer.pause();
    inner.once('connect', () => {
      const port = inner.localPort ?? 0;
      const forget = connections.holdable(port, carry(outer, inner));
      inner.once('close', forget);
    });
    let wasReset = false;
    inner.once('error', () => {
      wasReset = true;
    });
    inner.once('close', () => {
      sockets.delete(inner);
      whenSent(outer, () => (wasReset ? reset(outer) : outer.destroySoon()));
    });
    outer.once('close', () => {
      sockets.delete(outer);
      inner.destroy();
    });
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Connects two sockets; the returned function holds and resumes. */
function carry(a: Socket, b: Socket): Hold {
  let held = false;
  const join = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!held) from.resume();
    });
    from.on('end', () => to.end());
    from.resume();
  };
  join(a, b);
  join(b, a);
  return (hold) => {
    held = hold;
    for (const socket of [a, b]) {
      if (hold) socket.pause();
      else socket.resume();
    }
  };
}

/** Calls `then` when everything written was sent. */
function whenSent(socket: Socket, then: () => void): void {
  if (socket.destroyed || socket.writableLength === 0) then();
  else socket.once('drain', then);
}
