import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Upgrade } from '../../exchange.ts';

/** The WebSocket subprotocol whose messages carry the bytes of a SPDY connection. */
const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

/*
 * The subprotocol's name contains a slash, which RFC 6455 does not allow. The library would refuse it, so it is removed
 * from the request and added to the response here.
 */
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${TUNNEL_PROTOCOL}`));

/** Whether the client offers to tunnel SPDY. */
export function offersTunnel(upgrade: Upgrade): boolean {
  const offered = upgrade.request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((one) => one.trim() === TUNNEL_PROTOCOL);
}

/** Completes the handshake; returns the tunnelled bytes as a stream. */
export function acceptTunnel(upgrade: Upgrade): Promise<Duplex> {
  upgrade.takeOver();
  delete upgrade.request.headers['sec-websocket-protocol'];
  return new Promise((resolve) => {
    server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      resolve(createWebSocketStream(socket));
    });
  });
}
