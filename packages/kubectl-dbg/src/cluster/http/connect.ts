import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { addressOf } from '../endpoint.ts';
import type { ClientCertificate, Endpoint } from '../kubeconfig/connection.ts';
import { yieldToEventLoop } from '../../base/yield-to-event-loop.ts';
import { Gate, open } from './gate.ts';
import { secureSocket } from './secure-socket.ts';
import { ConnectionFailure, ProxyFailure } from './transport.ts';

export interface ConnectOptions {
  endpoint: Endpoint;
  clientCertificate: ClientCertificate | undefined;
  /** Protocols offered by ALPN, best first. */
  alpn: readonly string[];
  /** For all handshakes together, in milliseconds. */
  timeout: number;
  signal?: AbortSignal | undefined;
}

/** An open connection and the protocol that ALPN chose; without TLS it is `http/1.1`. */
export interface Connection {
  socket: Socket;
  protocol: string;
}

/** Opens a connection to the server, through its proxy if it has one, with TLS if its scheme requires it. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { endpoint, timeout, signal } = options;
  const gate = new Gate(timeout, signal);
  try {
    const opening = openSocket(endpoint, gate);
    if (endpoint.url.protocol === 'http:') return { socket: await gate.wait(opening), protocol: 'http/1.1' };
    // OpenSSL takes about 25 ms to read its first certificate: this happens while the connection opens, after its first
    // packet is sent.
    const preparing = gate.begun.then(yieldToEventLoop).then(() => secureContext(options));
    const [socket, context] = await gate.wait(Promise.all([opening, preparing]));
    const { tls, url } = endpoint;
    const name = tls.serverName ?? addressOf(url).host;
    const secure = await gate.wait(
      secureSocket(socket, { name, context, alpn: options.alpn, insecure: tls.insecure }, gate),
    );
    return { socket: secure, protocol: secure.alpnProtocol || 'http/1.1' };
  } catch (error) {
    gate.destroy();
    throw gate.hop === 'server' || signal?.aborted === true ? error : proxyFailure(error, gate.hop);
  } finally {
    gate.release();
  }
}

/** If a proxy accepts the connection and is then silent, it is waiting for the server. */
function proxyFailure(error: unknown, hop: 'proxy' | 'tunnel'): ProxyFailure {
  const isSilent = hop === 'tunnel' && error instanceof ConnectionFailure && error.code === 'CONNECT_TIMEOUT';
  return new ProxyFailure(
    isSilent
      ? new ConnectionFailure('PROXY_REFUSED', 'it did not answer (timed out)', GATEWAY_TIMEOUT)
      : error,
  );
}

const GATEWAY_TIMEOUT = 504;

async function openSocket({ proxy, url, tls }: Endpoint, gate: Gate): Promise<Socket> {
  if (proxy === undefined) return await open(addressOf(url), gate);
  const { throughProxy } = await import('./proxy-tunnel.ts');
  return await throughProxy({ proxy, target: addressOf(url), tls }, gate);
}

async function secureContext({ clientCertificate, endpoint }: ConnectOptions): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls');
  const { tls } = endpoint;
  const ca = tls.ca ?? (tls.insecure ? undefined : await systemAuthorities(tls.systemFile));
  return createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.cert, key: clientCertificate.key }),
  });
}

async function systemAuthorities(systemFile: string | undefined): Promise<string | undefined> {
  const { systemAuthorities: read } = await import('./system-authorities.ts');
  return read(systemFile);
}
