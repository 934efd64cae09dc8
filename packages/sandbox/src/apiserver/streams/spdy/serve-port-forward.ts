import type { Duplex } from 'node:stream';
import type { Exchange, Upgrade } from '../../exchange.ts';
import { acceptSpdy, negotiateProtocol, PORT_FORWARD_PROTOCOLS } from './handshake.ts';
import { PortForwarder } from './port-forward.ts';
import { SpdyConnection } from './spdy-connection.ts';
import { acceptTunnel } from './tunnel.ts';

/** Opens a connection to a port of the pod. */
export type Connect = (port: number) => Promise<Duplex>;

/** Forwards ports over SPDY/3.1. */
export async function servePortForward(
  exchange: Exchange,
  upgrade: Upgrade,
  connect: Connect,
): Promise<void> {
  const protocol = negotiateProtocol(exchange, upgrade, PORT_FORWARD_PROTOCOLS);
  if (protocol === undefined) return;
  await forward(acceptSpdy(upgrade, protocol), upgrade.head, connect);
}

/** Forwards ports over SPDY/3.1 in a WebSocket. */
export async function serveTunnelledPortForward(upgrade: Upgrade, connect: Connect): Promise<void> {
  await forward(await acceptTunnel(upgrade), Buffer.alloc(0), connect);
}

async function forward(transport: Duplex, head: Buffer, connect: Connect): Promise<void> {
  const forwarder = new PortForwarder(connect);
  const connection = new SpdyConnection(transport, head, (stream) => forwarder.add(stream));
  await connection.closed;
  forwarder.close();
}
