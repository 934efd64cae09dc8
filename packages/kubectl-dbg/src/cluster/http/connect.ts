import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { addressOf } from '../endpoint.ts';
import type { ClientCertificate, Endpoint } from '../kubeconfig/connection.ts';
import { turn } from '../../turn.ts';
import { Gate, open } from './gate.ts';
import { ConnectionFailure } from './transport.ts';

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

/** Opens a connection to the server, through its proxy if it has one, with TLS if its scheme says so. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { endpoint, timeout, signal } = options;
  const gate = new Gate(timeout, signal);
  try {
    const opening = openSocket(endpoint, gate);
    if (endpoint.url.protocol === 'http:') return { socket: await gate.wait(opening), protocol: 'http/1.1' };
    // OpenSSL takes some 25 ms to read its first certificate: that is done while the connection opens, and not before
    // its first packet is out.
    const preparing = gate.begun.then(turn).then(() => secureContext(options));
    const [socket, context] = await gate.wait(Promise.all([opening, preparing]));
    const secure = await gate.wait(secureSocket(socket, context, options, gate));
    return { socket: secure, protocol: secure.alpnProtocol || 'http/1.1' };
  } catch (error) {
    gate.destroy();
    throw error;
  } finally {
    gate.release();
  }
}

async function openSocket({ proxy, url }: Endpoint, gate: Gate): Promise<Socket> {
  if (proxy === undefined) return await open(addressOf(url), gate);
  const { throughProxy } = await import('./proxy-tunnel.ts');
  return await throughProxy(proxy, addressOf(url), gate);
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

async function secureSocket(
  socket: Socket,
  context: SecureContext,
  options: ConnectOptions,
  gate: Gate,
): Promise<TLSSocket> {
  const { connect: tlsConnect } = await import('node:tls');
  const { tls, url } = options.endpoint;
  const { host } = addressOf(url);
  const name = tls.serverName ?? host;
  return new Promise((resolve, reject) => {
    const secure = gate.own(
      tlsConnect({
        socket,
        // The name that the certificate must carry; an address is not sent as SNI (RFC 6066).
        host: name,
        ...(isIP(name) === 0 ? { servername: name } : {}),
        ALPNProtocols: [...options.alpn],
        rejectUnauthorized: !tls.insecure,
        secureContext: context,
      }),
    );
    const onClose = () => reject(new ConnectionFailure('CLOSED_EARLY', 'closed during the TLS handshake'));
    secure.once('error', reject);
    secure.once('close', onClose);
    secure.once('secureConnect', () => {
      secure.removeListener('error', reject);
      secure.removeListener('close', onClose);
      resolve(secure);
    });
  });
}

async function systemAuthorities(systemFile: string | undefined): Promise<string | undefined> {
  const { systemAuthorities: read } = await import('./system-authorities.ts');
  return read(systemFile);
}
