import { X509Certificate } from 'node:crypto';
import { nowIs } from '../../base/times.ts';
import type { Credential } from './credentials.ts';
import { tokenExpiry } from './token-expiry.ts';

/**
 * A problem with credentials that is visible without the server: a client certificate or a token outside its validity.
 * Undefined if there is none. One sentence without any part of a secret.
 */
export function flawOf(credential: Credential, now: number): string | undefined {
  const { clientCertificate, authorization } = credential;
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  const expiry = token === undefined ? undefined : tokenExpiry(token);
  if (expiry !== undefined && expiry <= now) {
    return `the token has expired: ${nowIs('after', now, expiry)}`;
  }
  const validity = clientCertificate === undefined ? undefined : validityOf(clientCertificate.cert);
  if (validity === undefined) return undefined;
  if (validity.to < now) {
    return `the client certificate has expired: ${nowIs('after', now, validity.to)}`;
  }
  if (validity.from > now) {
    return `the client certificate is not valid yet: ${nowIs('before', now, validity.from)}`;
  }
  return undefined;
}

function validityOf(pem: string): { from: number; to: number } | undefined {
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    const validity = { from: Date.parse(validFrom), to: Date.parse(validTo) };
    return Number.isNaN(validity.from) || Number.isNaN(validity.to) ? undefined : validity;
  } catch {
    return undefined;
  }
}
