import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TokenIssuer } from './token-issuer.ts';
import type { UserInfo } from '../resources/rules.ts';

const KEY_BYTES = 32;
const AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

/** The claims of a service account token that the server reads. */
interface Claims {
  sub: string;
  exp: number;
  aud: string[];
  'kubernetes.io': ObjectClaims;
}

interface ObjectClaims {
  namespace: string;
  serviceaccount: { name: string; uid: string };
  pod?: { name: string; uid: string };
  secret?: { name: string; uid: string };
}

/** Issues and verifies service account tokens. They are JWTs signed with HMAC, because only this server verifies them. */
export interface Tokens extends TokenIssuer {
  /** The audience of a token without audiences: the API server. */
  readonly defaultAudience: string;
  /** The user of a bearer token; undefined if it is invalid or expired. */
  lookup(token: string): UserInfo | undefined;
}

/**
 * @param uidOf returns the uid of an object, undefined if it does not exist: a token is invalid without its service
 *   account and without the object that it is bound to
 */
export function createTokens(
  caCertificate: string,
  now: () => Date,
  uidOf: (resource: string, namespace: string, name: string) => string | undefined,
): Tokens {
  const key = randomBytes(KEY_BYTES);
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    caCertificate,
    defaultAudience: AUDIENCE,
    issue({ namespace, serviceAccount, serviceAccountUid, audiences, expirationSeconds, bound }) {
      const issued = Math.floor(now().getTime() / 1000);
      const body = [
        { alg: 'HS256', typ: 'JWT' },
        {
          aud: audiences.length === 0 ? [AUDIENCE] : audiences,
          exp: issued + expirationSeconds,
          iat: issued,
          iss: AUDIENCE,
          'kubernetes.io': {
            namespace,
            ...(bound === undefined
              ? {}
              : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
            serviceaccount: { name: serviceAccount, uid: serviceAccountUid },
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
      const isOver = claims.exp * 1000 < now().getTime() || !claims.aud.includes(AUDIENCE);
      return isOver || !isLive(claims['kubernetes.io'], uidOf) ? undefined : serviceAccountUser(claims.sub);
    },
  };
}

function isLive(
  { namespace, serviceaccount, pod, secret }: ObjectClaims,
  uidOf: (resource: string, namespace: string, name: string) => string | undefined,
): boolean {
  return (
    uidOf('serviceaccounts', namespace, serviceaccount.name) === serviceaccount.uid &&
    (pod === undefined || uidOf('pods', namespace, pod.name) === pod.uid) &&
    (secret === undefined || uidOf('secrets', namespace, secret.name) === secret.uid)
  );
}

function serviceAccountUser(name: string): UserInfo {
  const namespace = name.split(':')[2] ?? '';
  return {
    name,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
