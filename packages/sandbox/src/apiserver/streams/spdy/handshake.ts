import type { Duplex } from 'node:stream';
import type { Exchange, Upgrade } from '../../exchange.ts';

/** The protocols of attach and exec, best first. v5 exists only over WebSocket. */
export const COMMAND_PROTOCOLS: readonly string[] = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];
export const PORT_FORWARD_PROTOCOLS: readonly string[] = ['portforward.k8s.io'];
const PROTOCOL_HEADER = 'X-Stream-Protocol-Version';

/**
 * Chooses the first protocol that the client offers and the server supports. Without one, responds with 400 or 403 and
 * returns undefined.
 */
export function negotiateProtocol(
  exchange: Exchange,
  upgrade: Upgrade,
  accepted: readonly string[],
): string | undefined {
  const header = exchange.headers[PROTOCOL_HEADER.toLowerCase()];
  const offered = [header ?? []].flat().flatMap((value) => value.split(',').map((one) => one.trim()));
  if (offered.length === 0) {
    const count = upgrade.request.rawHeaders.length / 2;
    refuse(
      exchange,
      400,
      `unable to upgrade: header ${PROTOCOL_HEADER} does not exist in request with ${count} headers`,
    );
    return undefined;
  }
  const chosen = offered.find((one) => accepted.includes(one));
  if (chosen !== undefined) return chosen;
  refuse(
    exchange,
    403,
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${accepted.join(' ')}]`,
  );
  return undefined;
}

/** Completes the handshake; then the socket carries SPDY. */
export function acceptSpdy(upgrade: Upgrade, protocol: string): Duplex {
  upgrade.takeOver();
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `${PROTOCOL_HEADER}: ${protocol}`,
  ];
  upgrade.socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return upgrade.socket;
}

/** As in a real server, the message is sent twice: by the negotiation and by its caller. */
function refuse(exchange: Exchange, status: number, message: string): void {
  exchange.text(status, `${message}\n${message}\n`);
}
