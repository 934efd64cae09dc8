import type { Credential } from '../credentials/credentials.ts';
import type { Impersonation } from '../kubeconfig/connection.ts';

/** Headers of every request: the user agent, credentials and impersonation. */
export function identityHeaders(
  settings: { userAgent: string; impersonate: Impersonation | undefined },
  credential: Credential,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'user-agent': settings.userAgent };
  if (credential.authorization !== undefined) headers['authorization'] = credential.authorization;
  const { impersonate } = settings;
  if (impersonate !== undefined) {
    headers['impersonate-user'] = impersonate.user;
    if (impersonate.uid !== undefined) headers['impersonate-uid'] = impersonate.uid;
    if (impersonate.groups.length > 0) headers['impersonate-group'] = [...impersonate.groups];
    for (const [key, value] of impersonate.extra) {
      const name = `impersonate-extra-${escapeKey(key)}`;
      const before = headers[name];
      headers[name] = Array.isArray(before) ? [...before, value] : [value];
    }
  }
  return headers;
}

/** Headers of a plain request. */
export function requestHeaders(
  settings: { userAgent: string; impersonate: Impersonation | undefined },
  credential: Credential,
  request: { contentType: string | undefined; compress: boolean },
): Record<string, string | string[]> {
  return {
    ...identityHeaders(settings, credential),
    accept: 'application/json',
    ...(request.compress ? { 'accept-encoding': 'gzip' } : {}),
    ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
  };
}

/** In keys of extra fields, characters that a header name does not allow are percent-encoded; names are lower case. */
function escapeKey(key: string): string {
  return [...Buffer.from(key.toLowerCase(), 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9a-z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
