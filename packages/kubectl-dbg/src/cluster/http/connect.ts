import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { addressOf } from '../endpoint.ts';
import type { ClientCertificate, Endpoint } from '../kubeconfig/connection.ts';
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
    let socket: Socket;
    if (endpoint.proxy === undefined) {
      socket = await gate.wait(open(addressOf(endpoint.url), gate));
    } else {
      const { throughProxy } = await import('./proxy-tunnel.ts');
      socket = await gate.wait(throughProxy(endpoint.proxy, addressOf(endpoint.url), gate));
    }
    if (endpoint.url.protocol === 'http:') return { socket, protocol: 'http/1.1' };
    const secure = await gate.wait(secureSocket(socket, options, gate));
    return { socket: secure, protocol: secure.alpnProtocol || 'http/1.1' };
  } catch (error) {
    gate.destroy();
    throw error;
  } finally {
    gate.release();
  }
}

async function secureSocket(socket: Socket, options: ConnectOptions, gate: Gate): Promise<TLSSocket> {
  const { connect: tlsConnect } = await import('node:tls');
  const { tls, url } = options.endpoint;
  const { host } = addressOf(url);
  const name = tls.serverName ?? host;
  const ca = tls.ca ?? (tls.insecure ? undefined : await systemAuthorities(tls.systemFile));
  return new Promise((resolve, reject) => {
    const secure = gate.own(
      tlsConnect({
        socket,
        // The name that the certificate must carry; an address is not sent as SNI (RFC 6066).
        host: name,
        ...(isIP(name) === 0 ? { servername: name } : {}),
        ALPNProtocols: [...options.alpn],
        rejectUnauthorized: !tls.insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(options.clientCertificate === undefined
          ? {}
          : { cert: options.clientCertificate.cert, key: options.clientCertificate.key }),
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
