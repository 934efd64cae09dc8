import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../world.ts';
import type { ClusterOptions } from '../options.ts';
import type { ConnectionSettings } from './connection.ts';
import { expectPem } from './files.ts';
import { proxyFor } from './proxy.ts';
import { given } from './given.ts';
import { resolveUser } from './user.ts';

/** Where Kubernetes mounts a pod's service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The configuration of a pod: address by environment variables, token, CA and namespace by mounted files. Undefined
 * outside a cluster.
 *
 * @param folder where the service account is mounted; tests give another
 */
export function inCluster(
  options: ClusterOptions,
  world: Pick<World, 'env' | 'cwd'>,
  folder = SERVICE_ACCOUNT,
): ConnectionSettings | undefined {
  const host = given(world.env['KUBERNETES_SERVICE_HOST']);
  const port = given(world.env['KUBERNETES_SERVICE_PORT']);
  const tokenFile = join(folder, 'token');
  if (host === undefined || port === undefined || !existsSync(tokenFile)) return undefined;

  const caPath = given(options.certificateAuthority) ?? join(folder, 'ca.crt');
  const ca = readOptional(caPath);
  const url = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const endpoint = {
    url,
    proxy: proxyFor(url, world.env),
    tls: {
      ca: ca === undefined ? undefined : expectPem(ca, caPath),
      caSource: caPath,
      insecure: options.insecureSkipTlsVerify === true,
      serverName: given(options.tlsServerName),
      systemFile: given(world.env['SSL_CERT_FILE']),
    },
  };
  const user = resolveUser(undefined, undefined, endpoint, options, world);
  const hasOwn = user.token !== undefined || user.basic !== undefined;
  const namespace =
    given(options.namespace) ??
    given(world.env['POD_NAMESPACE']) ??
    given(readOptional(join(folder, 'namespace'))?.trim()) ??
    'default';
  return {
    endpoint,
    user: { ...user, name: 'the service account', tokenFile: hasOwn ? undefined : tokenFile },
    namespace,
    context: '',
  };
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
