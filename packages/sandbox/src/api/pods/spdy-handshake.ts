import type { Exchange, Upgrade } from '../exchange.ts';

const STREAM_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
const PORT_FORWARD_PROTOCOLS = ['portforward.k8s.io'];
const PROTOCOL_HEADER = 'X-Stream-Protocol-Version';

/**
 * Answers the handshake of SPDY/3.1, the older way of streams. Its frames are not spoken: the connection is
 * accepted, as by a real server, and closed at the first of them.
 */
export function answerSpdy(exchange: Exchange, upgrade: Upgrade): void {
  const accepted = exchange.info.subresource === 'portforward' ? PORT_FORWARD_PROTOCOLS : STREAM_PROTOCOLS;
  const header = exchange.headers[PROTOCOL_HEADER.toLowerCase()];
  const offered = [header ?? []].flat().flatMap((value) => value.split(',').map((one) => one.trim()));
  if (offered.length === 0) {
    const count = upgrade.request.rawHeaders.length / 2;
    refuse(
      exchange,
      400,
      `unable to upgrade: header ${PROTOCOL_HEADER} does not exist in request with ${count} headers`,
    );
    return;
  }
  const chosen = offered.find((one) => accepted.includes(one));
  if (chosen === undefined) {
    refuse(
      exchange,
      403,
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${accepted.join(' ')}]`,
    );
    return;
  }
  upgrade.takeOver();
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `${PROTOCOL_HEADER}: ${chosen}`,
  ];
  upgrade.socket.write(`${head.join('\r\n')}\r\n\r\n`);
  upgrade.socket.once('data', () => upgrade.socket.destroy());
}

/** The refusal is written twice: by the negotiation, and by the handler that called it. */
function refuse(exchange: Exchange, status: number, message: string): void {
  exchange.text(status, `${message}\n${message}\n`);
}
