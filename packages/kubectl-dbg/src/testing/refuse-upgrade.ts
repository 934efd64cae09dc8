import type { Duplex } from 'node:stream';
import type { RecordedResponse } from './recording.ts';

/** Responds to an upgrade request with an ordinary response, like a server that refuses it. */
export function refuseUpgrade(
  socket: Duplex,
  response: Pick<RecordedResponse, 'status' | 'headers' | 'body'>,
): void {
  const { status, headers = {}, body } = response;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  for (const [name, value] of Object.entries(headers)) {
    if (/^(content-length|connection|transfer-encoding|date)$/i.test(name)) continue;
    for (const item of [value].flat()) lines.push(`${name}: ${item}`);
  }
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}
