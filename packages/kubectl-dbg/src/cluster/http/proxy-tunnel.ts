import type { Socket } from 'node:net';
import { addressOf } from '../endpoint.ts';
import type { Address } from '../endpoint.ts';
import { open } from './gate.ts';
import type { Gate } from './gate.ts';
import { readHead } from './read-until.ts';
import { socksHandshake } from './socks.ts';
import { ConnectionFailure } from './transport.ts';

/** Opens a tunnel to `target` through an http, https or socks5 proxy. */
export async function throughProxy(proxy: URL, target: Address, gate: Gate): Promise<Socket> {
  const plain = await open(addressOf(proxy), gate);
  const socket = proxy.protocol === 'https:' ? await secure(plain, proxy, gate) : plain;
  if (proxy.protocol.startsWith('socks5')) await socksHandshake(socket, proxy, target);
  else await httpConnect(socket, proxy, target);
  return socket;
}

async function secure(socket: Socket, proxy: URL, gate: Gate): Promise<Socket> {
  const { connect: tlsConnect } = await import('node:tls');
  const { systemAuthorities } = await import('./system-authorities.ts');
  const { host } = addressOf(proxy);
  const ca = await systemAuthorities();
  return new Promise((resolve, reject) => {
    const tls = gate.own(tlsConnect({ socket, host, ...(ca === undefined ? {} : { ca }) }));
    tls.once('error', reject);
    tls.once('secureConnect', () => {
      tls.removeListener('error', reject);
      resolve(tls);
    });
  });
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
  if (status === undefined) throw new ConnectionFailure('PROXY_PROTOCOL', 'the proxy does not speak HTTP');
  if (status !== 200) {
    throw new ConnectionFailure('PROXY_REFUSED', `the proxy answered CONNECT with HTTP status ${status}`);
  }
}
