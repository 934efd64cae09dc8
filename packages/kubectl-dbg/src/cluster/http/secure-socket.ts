import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Gate } from './gate.ts';
import { CertificateFailure, peerCertificateOf } from './peer-certificate.ts';
import type { PeerCertificate } from './peer-certificate.ts';
import { ConnectionFailure } from './transport.ts';

export interface SecureOptions {
  /** The name that the certificate must have. */
  name: string;
  context: SecureContext;
  /** Protocols offered by ALPN, best first. */
  alpn?: readonly string[];
  /** Whether any certificate is accepted. */
  insecure: boolean;
}

/** A TLS handshake on an open connection. Rejects with `CertificateFailure` if the peer's certificate is invalid. */
export async function secureSocket(socket: Socket, options: SecureOptions, gate: Gate): Promise<TLSSocket> {
  const { connect } = await import('node:tls');
  const { name, context, alpn, insecure } = options;
  return new Promise((resolve, reject) => {
    const secure = gate.own(
      connect({
        socket,
        // An address is not sent as SNI (RFC 6066).
        host: name,
        ...(isIP(name) === 0 ? { servername: name } : {}),
        ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
        rejectUnauthorized: !insecure,
        secureContext: context,
      }),
    );
    // After a failed verification the certificate is no longer available.
    let peer: PeerCertificate | undefined;
    secure.prependOnceListener('secure', () => {
      peer = peerCertificateOf(secure);
    });
    const onError = (error: Error) => reject(CertificateFailure.of(error, peer, name));
    const onClose = () => reject(new ConnectionFailure('CLOSED_EARLY', 'closed during the TLS handshake'));
    secure.once('error', onError);
    secure.once('close', onClose);
    secure.once('secureConnect', () => {
      secure.removeListener('error', onError);
      secure.removeListener('close', onClose);
      resolve(secure);
    });
  });
}
