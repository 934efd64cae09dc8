import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  contextTag,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
} as const;

/** Much longer than a sandbox usually runs. */
const VALIDITY_MS = 365 * 24 * 60 * 60 * 1000;
/** The clock of a client in a virtual machine may be behind. */
const CLOCK_SKEW_MS = 60 * 60 * 1000;
/** RFC 5280 allows up to 20 octets. */
const SERIAL_BYTES = 16;

/** A certificate's subject: for Kubernetes, the common name is the user, and organizations are its groups. */
export interface Subject {
  commonName: string;
  organizations?: readonly string[];
}

export interface CertificateRequest {
  subject: Subject;
  use: 'ca' | 'server' | 'client';
  /** DNS names and IPv4 addresses of a server. */
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
}

export interface Certificate {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
  subject: Subject;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** Issues an ECDSA P-256 certificate, self-signed if there is no `issuer`. */
export function issueCertificate(
  request: CertificateRequest,
  issuer?: Certificate,
  now = new Date(),
): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const version3 = contextTag(0, integer(Buffer.from([2])), true);
  const body = sequence(
    version3,
    integer(positiveSerial()),
    algorithm,
    name(issuer?.subject ?? request.subject),
    sequence(time(new Date(now.getTime() - CLOCK_SKEW_MS)), time(new Date(now.getTime() + VALIDITY_MS))),
    name(request.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    contextTag(3, sequence(...extensions(request, publicKey, issuer?.publicKey ?? publicKey)), true),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  return {
    certificate: pem('CERTIFICATE', sequence(body, algorithm, bitString(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    subject: request.subject,
    privateKey,
    publicKey,
  };
}

function positiveSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function name({ commonName, organizations = [] }: Subject): Buffer {
  const attribute = (oid: string, value: string): Buffer =>
    set(sequence(objectIdentifier(oid), utf8String(value)));
  return sequence(
    ...organizations.map((organization) => attribute(OID.organization, organization)),
    attribute(OID.commonName, commonName),
  );
}

function extensions(request: CertificateRequest, own: KeyObject, issuer: KeyObject): Buffer[] {
  const keyIdentifier = contextTag(0, identifierOf(issuer), false);
  const common = [
    extension(OID.subjectKeyIdentifier, false, octetString(identifierOf(own))),
    extension(OID.authorityKeyIdentifier, false, sequence(keyIdentifier)),
  ];
  if (request.use === 'ca') {
    // Bits 5 and 6: keyCertSign and cRLSign.
    const usage = bitString(Buffer.from([0b0000_0110]), 1);
    return [
      extension(OID.basicConstraints, true, sequence(boolean(true))),
      extension(OID.keyUsage, true, usage),
      ...common,
    ];
  }
  const purpose = request.use === 'server' ? OID.serverAuthentication : OID.clientAuthentication;
  // Bit 0: digitalSignature.
  const usage = bitString(Buffer.from([0b1000_0000]), 7);
  const names = [
    ...(request.dnsNames ?? []).map((dns) => contextTag(2, Buffer.from(dns, 'latin1'), false)),
    ...(request.ipAddresses ?? []).map((ip) => contextTag(7, Buffer.from(ip.split('.').map(Number)), false)),
  ];
  return [
    extension(OID.basicConstraints, true, sequence()),
    extension(OID.keyUsage, true, usage),
    extension(OID.extendedKeyUsage, false, sequence(objectIdentifier(purpose))),
    ...common,
    ...(names.length > 0 ? [extension(OID.subjectAlternativeName, false, sequence(...names))] : []),
  ];
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

function identifierOf(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
