import type { Entry, UserEntry } from './kubeconfig.ts';
import { configurationError } from './shape.ts';

/**
 * The id token of an `auth-provider: oidc` entry, which has been deprecated since Kubernetes 1.22 and still works in
 * kubectl. It is used as it stands; renewing it is the business of an exec plugin.
 */
export function idToken(user: Entry<UserEntry>): string | undefined {
  const provider = user.value['auth-provider'];
  if (provider == null) return undefined;
  const token = provider.name === 'oidc' ? provider.config?.['id-token'] : undefined;
  if (token !== undefined && token !== '') return token;
  throw configurationError(
    user.file,
    `user "${user.name}" uses the auth-provider "${provider.name ?? ''}", which is not supported`,
    'Use an exec credential plugin instead',
  );
}
