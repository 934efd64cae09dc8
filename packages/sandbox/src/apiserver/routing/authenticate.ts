import type { IncomingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { UserInfo } from '../../resources/rules.ts';
import { unauthorized } from '../../machinery/errors.ts';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

const AUTHENTICATED_GROUP = 'system:authenticated';
/** The key of the used credential in a user's extra fields. */
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Finds the user of a bearer token. */
export type TokenLookup = (token: string) => UserInfo | undefined;

/**
 * The user of a request: by bearer token, otherwise by client certificate, otherwise anonymous.
 * Throws 401 for invalid credentials.
 */
export function authenticate(headers: IncomingHttpHeaders, socket: TLSSocket, tokens: TokenLookup): UserInfo {
  const token = bearerToken(headers.authorization);
  if (token !== undefined) {
    const user = tokens(token);
    if (user === undefined) throw unauthorized();
    return user;
  }
  const certificate = socket.getPeerCertificate();
  if (certificate?.subject === undefined) return ANONYMOUS;
  if (!socket.authorized) throw unauthorized();
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  // @types/node declares the attributes of a subject as strings, but several of one type are a list.
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  return {
    name: [CN ?? ''].flat()[0] ?? '',
    groups: [...[O ?? []].flat(), AUTHENTICATED_GROUP],
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
}

function bearerToken(header: string | undefined): string | undefined {
  const match = /^Bearer +(.*)$/i.exec(header ?? '');
  const token = match?.[1]?.trim();
  return token === undefined || token === '' ? undefined : token;
}
