import { isIPv4 } from 'node:net';
import type { Socket } from 'node:net';
import type { Address } from '../endpoint.ts';
import { readUntil } from './read-until.ts';
import { ConnectionFailure } from './transport.ts';

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
const CONNECT = 1;
const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** Reply codes as text. Source: RFC 1928, section 6. */
const REPLIES: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'time to live expired',
  7: 'command not supported',
  8: 'address type not supported',
};

/** Requests a connection from a SOCKS5 proxy; the proxy resolves the name. Source: RFC 1928, RFC 1929. */
export async function socksHandshake(socket: Socket, proxy: URL, target: Address): Promise<void> {
  const hasUser = proxy.username !== '';
  socket.write(Uint8Array.from([VERSION, 1, hasUser ? USER_AND_PASSWORD : NO_AUTHENTICATION]));
  const choice = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2));
  if (choice[0] !== VERSION) throw new ConnectionFailure('PROXY_PROTOCOL', 'it does not speak SOCKS5');
  if (choice[1] === USER_AND_PASSWORD && hasUser) await authenticate(socket, proxy);
  else if (choice[1] !== NO_AUTHENTICATION) {
    throw new ConnectionFailure('PROXY_REFUSED', 'it requires another authentication method');
  }

  const name = Buffer.from(target.host, 'utf8');
  const address = isIPv4(target.host)
    ? [IPV4, ...target.host.split('.').map(Number)]
    : [DOMAIN, name.length, ...name];
  socket.write(Uint8Array.from([VERSION, CONNECT, 0, ...address, target.port >> 8, target.port & 0xff]));
  const reply = await readUntil(socket, replyLength);
  if (reply[1] !== 0) {
    const words = REPLIES[reply[1] ?? 1] ?? `reply ${reply[1]}`;
    throw new ConnectionFailure('PROXY_REFUSED', `it could not connect: ${words}`);
  }
}

async function authenticate(socket: Socket, proxy: URL): Promise<void> {
  const user = Buffer.from(decodeURIComponent(proxy.username), 'utf8');
  const password = Buffer.from(decodeURIComponent(proxy.password), 'utf8');
  socket.write(Uint8Array.from([1, user.length, ...user, password.length, ...password]));
  const answer = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2));
  if (answer[1] !== 0) {
    throw new ConnectionFailure('PROXY_REFUSED', 'it refused the user name and password');
  }
}

function replyLength(bytes: Buffer): number | undefined {
  const HEAD = 4;
  const PORT = 2;
  if (bytes.length < HEAD + 1) return undefined;
  const type = bytes[3];
  const address = type === IPV4 ? 4 : type === IPV6 ? 16 : 1 + (bytes[HEAD] ?? 0);
  const length = HEAD + address + PORT;
  return bytes.length < length ? undefined : length;
}
