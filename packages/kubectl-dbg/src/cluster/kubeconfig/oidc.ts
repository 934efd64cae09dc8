import { nowIs } from '../../base/times.ts';
import { tokenExpiry } from '../credentials/token-expiry.ts';
import type { Entry, UserEntry } from './kubeconfig.ts';
import { DbgError } from '../../model/failure.ts';
import { problemOf } from './configuration-error.ts';

/** Providers that Kubernetes 1.26 removed. */
const REMOVED: ReadonlySet<string> = new Set(['gcp', 'azure']);

/**
 * The ID token of an `auth-provider: oidc` entry, which has been deprecated since Kubernetes 1.22 and still works in
 * kubectl. The token is used unchanged; to refresh it, use an exec plugin.
 *
 * @param now milliseconds since the epoch; undefined: the token's expiry is not checked
 */
export function idToken(user: Entry<UserEntry>, now?: number): string | undefined {
  const provider = user.value['auth-provider'];
  if (provider == null) return undefined;
  const { file } = user;
  const messageOf = (problem: string) => problemOf(file, `user "${user.name}" ${problem}`);
  const name = provider.name ?? '';
  if (name !== 'oidc') {
    throw new DbgError(
      'configuration',
      'AuthProviderUnsupported',
      messageOf(
        `uses the auth-provider "${name}", which is not supported${REMOVED.has(name) ? ' any longer' : ''}`,
      ),
      { file, user: user.name, provider: name },
    );
  }
  const token = provider.config?.['id-token'] ?? '';
  if (token === '') {
    throw new DbgError(
      'configuration',
      'IdTokenUnusable',
      messageOf('uses the auth-provider "oidc", which has no id-token'),
      { file, user: user.name, expired: false },
    );
  }
  const expiry = tokenExpiry(token);
  if (now !== undefined && expiry !== undefined && expiry <= now) {
    throw new DbgError(
      'configuration',
      'IdTokenUnusable',
      messageOf(
        `uses the auth-provider "oidc", and its id-token has expired: ${nowIs('after', now, expiry)}`,
      ),
      { file, user: user.name, expired: true },
    );
  }
  return token;
}
