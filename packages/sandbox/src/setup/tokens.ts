import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TokenIssuer } from '../kubelet/volumes/sources.ts';
import type { UserInfo } from '../resources/rules.ts';

const KEY_BYTES = 32;

/** What a service account token says, as far as the server reads it back. */
interface Claims {
  sub: string;
  exp: number;
  [claim: string]: unknown;
}

/** Issues service account tokens (JWTs, signed by HMAC as nobody else checks them) and reads them back. */
export interface Tokens extends TokenIssuer {
  /** The user of a bearer token; undefined for one that is not ours, or expired. */
  lookup(token: string): UserInfo | undefined;
}

export function createTokens(caCertificate: string, now: () => Date): Tokens {
  const key = randomBytes(KEY_BYTES);
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    caCertificate,
    issue({ namespace, serviceAccount, audience, expirationSeconds, podName, podUid }) {
      const issued = Math.floor(now().getTime() / 1000);
      const body = [
        { alg: 'HS256', typ: 'JWT' },
        {
          aud: [audience ?? 'https://kubernetes.default.svc.cluster.local'],
          exp: issued + expirationSeconds,
          iat: issued,
          iss: 'https://kubernetes.default.svc.cluster.local',
          'kubernetes.io': {
            namespace,
            pod: { name: podName, uid: podUid },
            serviceaccount: { name: serviceAccount },
          },
          sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
        },
      ];
      const text = body.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${text}.${sign(text)}`;
    },
    lookup(token) {
      const [head = '', payload = '', signature = ''] = token.split('.');
      const expected = Buffer.from(sign(`${head}.${payload}`));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
      return claims.exp * 1000 < now().getTime() ? undefined : serviceAccountUser(claims.sub);
    },
  };
}

function serviceAccountUser(name: string): UserInfo {
  const namespace = name.split(':')[2] ?? '';
  return {
    name,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
