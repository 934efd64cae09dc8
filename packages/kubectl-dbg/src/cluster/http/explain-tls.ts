import { sanitiseShort } from '../../base/sanitise.ts';
import { nowIs } from '../../base/times.ts';
import type { TransportReason } from '../../model/failures/transport.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import { CertificateFailure } from './peer-certificate.ts';
import type { PeerCertificate } from './peer-certificate.ts';

/** A cause as text that completes "... : CAUSE", and as a fact. */
export interface Explanation {
  cause: string;
  why: TransportReason;
  /** The problem with our own client certificate. */
  flaw?: string | undefined;
}

const BAD_CHAIN = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

const CLIENT_CERTIFICATE_ALERT =
  /alert (certificate required|bad certificate|unknown ca|certificate unknown|certificate expired|certificate revoked)/i;

/** If a certificate has more names, they are only counted. */
const SHOWN_NAMES = 6;

/** Whether the peer has refused our client certificate. */
export function isClientCertificateAlert(error: unknown): boolean {
  return error instanceof Error && CLIENT_CERTIFICATE_ALERT.test(error.message);
}

/**
 * The meaning of a failed TLS handshake, with names, dates and issuer of the certificate if known; undefined if it was
 * another error. "It" is the peer that failed: the server, or the https proxy in front of it.
 *
 * @param flaw a visible problem with our own client certificate
 */
export function explainTls(
  error: unknown,
  { tls, url }: Endpoint,
  hop: 'server' | 'proxy',
  now: number,
  flaw?: string,
): Explanation | undefined {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  const shown = error instanceof CertificateFailure ? error.certificate : undefined;
  if (BAD_CHAIN.has(code)) return untrusted(shown, tls, hop);
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return outOfTime(code === 'CERT_HAS_EXPIRED', shown, now);
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const name = error instanceof CertificateFailure ? error.host : (tls.serverName ?? url.hostname);
    return wrongName(shown, name);
  }
  if (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    /wrong version number|packet length too long/.test(message)
  ) {
    return { cause: 'it does not speak TLS', why: 'NotTls' };
  }
  if (isClientCertificateAlert(error)) {
    return {
      cause: `it refused your client certificate${flaw === undefined ? '' : ` (${flaw})`}`,
      why: 'ClientCertificateRefused',
      flaw,
    };
  }
  if (/key values mismatch/i.test(message)) {
    return { cause: 'the client key does not belong to the client certificate', why: 'ClientKeyMismatch' };
  }
  return undefined;
}

function untrusted(
  shown: PeerCertificate | undefined,
  { ca, caSource }: Endpoint['tls'],
  hop: 'server' | 'proxy',
): Explanation {
  const system = "the system's authorities";
  const by = ca === undefined ? system : hop === 'proxy' ? `${caSource} or ${system}` : caSource;
  const detail =
    shown === undefined
      ? ''
      : ` (for ${text(shown.subject)}, issued by ${text(shown.issuer)}, which they do not know)`;
  return {
    cause: `its certificate is not trusted by ${sanitiseShort(by, 200)}${detail}`,
    why: 'CertificateNotTrusted',
  };
}

function outOfTime(expired: boolean, shown: PeerCertificate | undefined, now: number): Explanation {
  const why = expired ? 'CertificateExpired' : 'CertificateNotYetValid';
  const words = expired ? 'has expired' : 'is not valid yet';
  if (shown === undefined) return { cause: `its certificate ${words}`, why };
  const limit = expired ? shown.to : shown.from;
  // The invalid certificate may also be one of its issuers.
  if (expired ? limit > now : limit < now) {
    return { cause: `a certificate that signed its own ${words} (issuer ${text(shown.issuer)})`, why };
  }
  const order = expired ? 'after' : 'before';
  const times = nowIs(order, now, limit);
  return {
    cause: `its certificate (for ${text(shown.subject)}, issued by ${text(shown.issuer)}) ${words}: ${times}`,
    why,
  };
}

function wrongName(shown: PeerCertificate | undefined, name: string): Explanation {
  const wanted = sanitiseShort(name, 200);
  const why = 'CertificateNameMismatch';
  if (shown === undefined || shown.names.length === 0) {
    return { cause: `its certificate is not valid for ${wanted}`, why };
  }
  const listed = shown.names.slice(0, SHOWN_NAMES).map(text).join(', ');
  const more = shown.names.length - SHOWN_NAMES;
  return {
    cause: `its certificate is valid for ${listed}${more > 0 ? ` and ${more} others` : ''}, not ${wanted}`,
    why,
  };
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function text(value: string): string {
  return sanitiseShort(value, 100);
}
