import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Upgrade } from '../../exchange.ts';

/** The subprotocol of WebSocket messages that carry the bytes of a SPDY connection. */
const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

/*
 * The subprotocol's name has a slash, which RFC 6455 does not allow and Kubernetes uses all the same: it is kept from
 * the library, which would refuse it, and written into the answer here.
 */
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${TUNNEL_PROTOCOL}`));

/** Whether the client offers to tunnel SPDY. */
export function offersTunnel(upgrade: Upgrade): boolean {
  const offered = upgrade.request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((one) => one.trim() === TUNNEL_PROTOCOL);
}

/** Completes the handshake; the result carries what is tunnelled. */
export function acceptTunnel(upgrade: Upgrade): Promise<Duplex> {
  upgrade.takeOver();
  delete upgrade.request.headers['sec-websocket-protocol'];
  return new Promise((resolve) => {
    server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      resolve(createWebSocketStream(socket));
    });
  });
}
