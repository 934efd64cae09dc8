import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DelayingProxy {
  port: number;
  /** The round-trip time in ms of new connections. */
  roundTrip: number;
  stop(): Promise<void>;
}

/**
 * A TCP proxy on the loopback interface that simulates latency: every byte takes half a round trip in each direction, and a
 * new connection another round trip, like its handshake.
 */
export async function startDelayingProxy(target: { host: string; port: number }): Promise<DelayingProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const { roundTrip } = proxy;
    const upstream = connect(target.port, target.host);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const established = performance.now() + roundTrip;
    carry(client, upstream, roundTrip / 2, established);
    carry(upstream, client, roundTrip / 2, established);
  });
  const proxy: DelayingProxy = {
    port: 0,
    roundTrip: 0,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}

/** Forwards one direction, each chunk `delay` ms later; nothing arrives before the connection is `established`. */
function carry(from: Socket, to: Socket, delay: number, established: number): void {
  const later = (act: () => void): void => {
    const wait = Math.max(delay, established + delay - performance.now());
    if (wait === 0) act();
    else setTimeout(act, wait);
  };
  from.on('data', (chunk: Buffer) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
}
