import type { Socket } from 'node:net';
import { addressOf } from '../endpoint.ts';
import type { Address } from '../endpoint.ts';
import { open } from './gate.ts';
import type { Gate } from './gate.ts';
import type { TlsSettings } from '../kubeconfig/connection.ts';
import { readHead } from './read-until.ts';
import { secureSocket } from './secure-socket.ts';
import { socksHandshake } from './socks.ts';
import { ConnectionFailure } from './transport.ts';

/** A proxy, its destination, and how certificates are verified. */
export interface Tunnel {
  /** http, https or socks5. */
  proxy: URL;
  target: Address;
  tls: TlsSettings;
}

/** Opens a tunnel. Meanwhile `gate.hop` says so. */
export async function throughProxy({ proxy, target, tls }: Tunnel, gate: Gate): Promise<Socket> {
  gate.hop = 'proxy';
  const plain = await open(addressOf(proxy), gate);
  const socket = proxy.protocol === 'https:' ? await secure(plain, proxy, tls, gate) : plain;
  gate.hop = 'tunnel';
  if (proxy.protocol.startsWith('socks5')) await socksHandshake(socket, proxy, target);
  else await httpConnect(socket, proxy, target);
  gate.hop = 'server';
  return socket;
}

/**
 * As in Go, an https proxy is verified like the server: with the cluster's authority too, and not at all if that is
 * disabled.
 */
async function secure(socket: Socket, proxy: URL, tls: TlsSettings, gate: Gate): Promise<Socket> {
  const [{ createSecureContext, rootCertificates }, { systemAuthorities }] = await Promise.all([
    import('node:tls'),
    import('./system-authorities.ts'),
  ]);
  const system = await systemAuthorities(tls.systemFile);
  const ca =
    tls.ca === undefined ? system : [tls.ca, ...(system === undefined ? rootCertificates : [system])];
  const context = createSecureContext(ca === undefined ? {} : { ca });
  const { host: name } = addressOf(proxy);
  return secureSocket(socket, { name, context, insecure: tls.insecure }, gate);
}

async function httpConnect(socket: Socket, proxy: URL, target: Address): Promise<void> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (proxy.username !== '') {
    const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const { status } = await readHead(socket, 'proxy');
  if (status === undefined) throw new ConnectionFailure('PROXY_PROTOCOL', 'it does not speak HTTP');
  if (status !== 200) {
    throw new ConnectionFailure('PROXY_REFUSED', `it answered CONNECT with HTTP status ${status}`, status);
  }
}
