import type { Certificate, TLSSocket } from 'node:tls';

/** The content of a peer's certificate, for messages; its texts are not safe to print. */
export interface PeerCertificate {
  subject: string;
  issuer: string;
  /** Names and addresses for which it is valid. */
  names: string[];
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

/** Further names are not listed. */
const MOST_NAMES = 100;

/** The peer's certificate; undefined if the runtime does not provide it. */
export function peerCertificateOf(socket: TLSSocket): PeerCertificate | undefined {
  try {
    // (In Node 20, `getPeerX509Certificate` would leave none for Node's own check of the name.)
    const shown = socket.getPeerCertificate();
    if (shown?.subject === undefined) return undefined;
    const { subject, issuer, subjectaltname, valid_from: from, valid_to: to } = shown;
    return {
      subject: commonName(subject),
      issuer: commonName(issuer),
      names: namesOf(subjectaltname ?? ''),
      from: Date.parse(from),
      to: Date.parse(to),
    };
  } catch {
    return undefined;
  }
}

function commonName(name: Certificate | undefined): string {
  const { CN, O } = name ?? {};
  return [CN ?? O ?? 'no name'].flat().join(', ');
}

/** `DNS:a, IP Address:1.2.3.4`, as Node writes the names; it quotes a name with a comma, which is omitted here. */
function namesOf(text: string): string[] {
  return text
    .split(', ')
    .slice(0, MOST_NAMES)
    .flatMap((part) => /^(?:DNS|IP Address):([^"]+)$/.exec(part)?.[1] ?? []);
}

/** A handshake that failed because of the peer's certificate. */
export class CertificateFailure extends Error {
  override readonly name = 'CertificateFailure';
  /** The code of OpenSSL or Node, such as CERT_HAS_EXPIRED. */
  readonly code: string;
  readonly certificate: PeerCertificate;
  /** The requested name. */
  readonly host: string;

  private constructor(code: string, certificate: PeerCertificate, host: string, cause: Error) {
    super(cause.message, { cause });
    this.code = code;
    this.certificate = certificate;
    this.host = host;
  }

  /** The failure with the certificate, if the peer sent one; otherwise the original error. */
  static of(error: Error, certificate: PeerCertificate | undefined, host: string): Error {
    const { code } = error as NodeJS.ErrnoException;
    return certificate === undefined || code === undefined
      ? error
      : new CertificateFailure(code, certificate, host, error);
  }
}
