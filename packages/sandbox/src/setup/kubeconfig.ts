import { dump } from 'js-yaml';
import type { KeyPair } from '../auth/certificates/authority.ts';

/** The name of the cluster, and of the first user's context. */
export const CLUSTER_NAME = 'kube-sandbox';

export interface KubeconfigUser extends KeyPair {
  name: string;
}

/**
 * A kubeconfig with one context per user: `kube-sandbox` for the first one, which is current, and `kube-sandbox-USER` for
 * the others. Credentials are inline, so a client needs no other file.
 */
export function writeKubeconfig(url: string, authority: string, users: readonly KubeconfigUser[]): string {
  const contexts = users.map(({ name }, index) => ({
    name: index === 0 ? CLUSTER_NAME : `${CLUSTER_NAME}-${name}`,
    context: { cluster: CLUSTER_NAME, user: name, namespace: 'default' },
  }));
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: CLUSTER_NAME, cluster: { server: url, 'certificate-authority-data': base64(authority) } },
    ],
    contexts,
    'current-context': contexts[0]?.name ?? '',
    users: users.map(({ name, certificate, key }) => ({
      name,
      user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) },
    })),
  });
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
