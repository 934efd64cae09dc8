import { STATUS_CODES } from 'node:http';
import { ACCEPTED } from 'kubectl-dbg-wire';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Upgrade } from '../exchange.ts';

/** The version of RFC 6455; servers speak no other. */
const WEBSOCKET_VERSION = '13';
/** A message of a remote command is a piece of a stream; real servers read any size, this one with a bound. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

const server = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
  handleProtocols: (offered) => ACCEPTED.find((one) => offered.has(one)) ?? [...offered][0] ?? false,
});
server.on('headers', (headers, { headers: { 'sec-websocket-protocol': offered } }) => {
  // Without an offer a real server answers an empty header, which clients take for "none".
  if (offered === undefined) headers.push('Sec-WebSocket-Protocol: ');
});

/**
 * Whether the handshake can succeed; if not, the bare refusal of a real server is sent: 400 for a bad version,
 * 403 where no subprotocol is known.
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
