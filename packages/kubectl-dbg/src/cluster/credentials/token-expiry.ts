/** Larger dates (ms) are invalid in JavaScript. */
const LATEST = 8.64e15;

/**
 * When a JSON Web Token expires, in milliseconds since the epoch; undefined for other tokens, and without an expiry.
 * Nothing is verified: that is the server's task. Source: RFC 7519, `exp`.
 */
export function tokenExpiry(token: string): number | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')) as {
      exp?: unknown;
    } | null;
    const expiry = claims?.exp;
    if (typeof expiry !== 'number' || !Number.isFinite(expiry)) return undefined;
    return Math.min(Math.max(expiry * 1000, -LATEST), LATEST);
  } catch {
    return undefined;
  }
}
