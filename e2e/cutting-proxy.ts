import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  /** The environment of a program that uses the proxy. */
  env: Record<string, string | undefined>;
  /** Forwards this many more bytes in both directions together, then none, and calls `then`. */
  after(bytes: number, then: () => void): void;
  /** Cuts all connections; returns whether there were any. */
  cut(): boolean;
  stop(): Promise<void>;
}

/** A TCP proxy in front of a kubeconfig's cluster that can cut connections. */
export async function startCuttingProxy(
  env: Record<string, string | undefined>,
  directory: string,
): Promise<CuttingProxy> {
  const config = readFileSync(env['KUBECONFIG'] ?? '', 'utf8');
  const [, host = '', port = ''] = /https:\/\/([^:/"]+):(\d+)/.exec(config) ?? [];
  const sockets = new Set<Socket>();
  let left = Infinity;
  let then = (): void => undefined;
  const passed = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left > 0) return;
    left = Infinity;
    for (const socket of sockets) socket.unpipe().pause();
    then();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', passed);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = (server.address() as AddressInfo).port;
  const file = `${directory}/through-${own}.kubeconfig`;
  writeFileSync(file, config.replaceAll(`https://${host}:${port}`, `https://127.0.0.1:${own}`), {
    mode: 0o600,
  });
  return {
    env: { ...env, KUBECONFIG: file },
    after: (bytes, act) => {
      left = bytes;
      then = act;
    },
    cut: () => {
      const had = sockets.size > 0;
      // Unread data makes the kernel reset the connections. (After `resetAndDestroy` with pending writes, Node 20 may never
      // finish closing a socket, and spins when the process exits.)
      for (const socket of sockets) socket.destroy();
      return had;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
