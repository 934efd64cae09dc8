import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../model/world.ts';
import type { ClusterOptions } from '../options.ts';
import type { ConnectionSettings, UserSettings } from './connection.ts';
import { expectPem } from './files.ts';
import { environmentProxy } from './proxy.ts';
import { given } from './given.ts';
import { resolveUser } from './user.ts';

/** Where Kubernetes mounts a pod's service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The configuration of a pod: the address from environment variables; token, CA and namespace from mounted files.
 * Undefined outside a cluster.
 *
 * @param directory mount path of the service account; tests pass another one
 */
export function inCluster(
  options: ClusterOptions,
  world: Pick<World, 'env' | 'cwd'>,
  directory = SERVICE_ACCOUNT,
): ConnectionSettings | undefined {
  const host = given(world.env['KUBERNETES_SERVICE_HOST']);
  const port = given(world.env['KUBERNETES_SERVICE_PORT']);
  const tokenFile = join(directory, 'token');
  if (host === undefined || port === undefined || !existsSync(tokenFile)) return undefined;

  const caPath = given(options.certificateAuthority) ?? join(directory, 'ca.crt');
  const ca = readOptional(caPath);
  const url = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const endpoint = {
    url,
    ...environmentProxy(url, world.env),
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
    given(readOptional(join(directory, 'namespace'))?.trim()) ??
    'default';
  return {
    endpoint,
    user: hasOwn ? user : { ...user, ...serviceAccount(tokenFile) },
    namespace,
    context: '',
  };
}

function serviceAccount(tokenFile: string): Pick<UserSettings, 'name' | 'source' | 'tokenFile'> {
  return { name: 'the service account', source: `the service account (${tokenFile})`, tokenFile };
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
