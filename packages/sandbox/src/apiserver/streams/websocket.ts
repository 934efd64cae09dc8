import { STATUS_CODES } from 'node:http';
import { ACCEPTED } from 'kubectl-dbg-wire';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Upgrade } from '../exchange.ts';

/** The version of RFC 6455, the only supported one. */
const WEBSOCKET_VERSION = '13';
/** Real servers have no limit for messages; this one limits its memory. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

const server = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
  handleProtocols: (offered) => ACCEPTED.find((one) => offered.has(one)) ?? [...offered][0] ?? false,
});
server.on('headers', (headers, { headers: { 'sec-websocket-protocol': offered } }) => {
  // Without an offer, a real server sends an empty header, which clients accept as "none".
  if (offered === undefined) headers.push('Sec-WebSocket-Protocol: ');
});

/**
 * Whether the handshake can succeed. If not, responds like a real server: 400 for an unsupported version, 403 if no
 * subprotocol is supported.
 */
export function checkHandshake(upgrade: Upgrade): boolean {
  const { headers } = upgrade.request;
  if (headers['sec-websocket-version'] !== WEBSOCKET_VERSION) {
    refuse(upgrade, 400, 'missing or bad WebSocket Version');
    return false;
  }
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined || offered.split(',').some((one) => ACCEPTED.includes(one.trim()))) return true;
  refuse(upgrade, 403, '');
  return false;
}

function refuse(upgrade: Upgrade, status: number, body: string): void {
  upgrade.takeOver();
  upgrade.socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n${body}`);
}

/** Completes the handshake. */
export function acceptWebSocket(upgrade: Upgrade): Promise<{ socket: WebSocket; subprotocol: string }> {
  upgrade.takeOver();
  return new Promise((resolve) => {
    server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      resolve({ socket, subprotocol: socket.protocol });
    });
  });
}
