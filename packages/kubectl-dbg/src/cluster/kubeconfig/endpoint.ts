import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';
import type { World } from '../../world.ts';
import type { ClusterOptions } from '../options.ts';
import type { Endpoint, TlsSettings } from './connection.ts';
import { decodeData, expectPem, fromFile, readNamed } from './files.ts';
import type { ClusterEntry, Entry } from './kubeconfig.ts';
import { proxyFor, proxyUrl } from './proxy.ts';
import { given } from './given.ts';
import { configurationError } from './shape.ts';

/** Server address, TLS settings and proxy, from the cluster's entry and the flags that replace parts of it. */
export function resolveEndpoint(
  server: string,
  cluster: Entry<ClusterEntry> | undefined,
  options: ClusterOptions,
  world: Pick<World, 'env' | 'cwd'>,
): Endpoint {
  const url = serverUrl(server, cluster, options);
  const ownProxy = given(cluster?.value['proxy-url']);
  const proxy = ownProxy === undefined ? proxyFor(url, world.env) : proxyUrl(ownProxy, 'proxy-url');
  return { url, proxy, tls: tlsSettings(cluster, options, world) };
}

function serverUrl(server: string, cluster: Entry<ClusterEntry> | undefined, options: ClusterOptions): URL {
  // As kubectl: an address without a scheme is http.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`;
  const from = given(options.server) === undefined ? `cluster "${cluster?.name ?? ''}"` : '--server';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw problem(`the server address of ${from} is not a URL`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw problem(`the server address of ${from} begins with ${url.protocol}//, not https://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw problem(
      `the server address of ${from} holds a user name or password, which belong to the user entry`,
    );
  }
  return url;

  function problem(words: string): DbgError {
    return given(options.server) === undefined && cluster !== undefined
      ? configurationError(cluster.file, words, 'Correct the entry')
      : new DbgError('configuration', sanitise(words), { remedy: 'Write it as https://HOST:PORT' });
  }
}

function tlsSettings(
  cluster: Entry<ClusterEntry> | undefined,
  options: ClusterOptions,
  world: Pick<World, 'env' | 'cwd'>,
): TlsSettings {
  const entry = cluster?.value ?? {};
  const flagCa = given(options.certificateAuthority);
  const insecureFlag = options.insecureSkipTlsVerify === true;
  // A flag for the authority replaces what the file says about authorities and about not verifying; a flag for not
  // verifying replaces what the file says about authorities.
  const insecure = insecureFlag || (flagCa === undefined && entry['insecure-skip-tls-verify'] === true);
  if (insecureFlag && flagCa !== undefined) {
    throw new DbgError(
      'configuration',
      '--certificate-authority and --insecure-skip-tls-verify exclude each other',
      { remedy: 'Leave one of them out' },
    );
  }
  const serverName =
    given(options.tlsServerName) ??
    (given(options.server) === undefined ? given(entry['tls-server-name']) : undefined);
  const base = { insecure, serverName, systemFile: given(world.env['SSL_CERT_FILE']) };
  if (insecureFlag) return { ...base, ca: undefined, caSource: '' };
  if (flagCa !== undefined) {
    const path = fromFile(flagCa, `${world.cwd}/-`);
    return { ...base, ...caFile(path) };
  }
  if (cluster === undefined) return { ...base, ca: undefined, caSource: '' };
  const data = given(entry['certificate-authority-data']);
  const path = given(entry['certificate-authority']);
  if ((data !== undefined || path !== undefined) && insecure) {
    throw configurationError(
      cluster.file,
      `cluster "${cluster.name}" has both a certificate authority and insecure-skip-tls-verify`,
      'Remove one of them',
    );
  }
  if (data !== undefined) {
    const field = 'certificate-authority-data';
    const what = `${field} of cluster "${cluster.name}"`;
    const ca = expectPem(decodeData(data, field, `cluster "${cluster.name}"`, cluster.file), what);
    return { ...base, ca, caSource: what };
  }
  if (path !== undefined) return { ...base, ...caFile(fromFile(path, cluster.file)) };
  return { ...base, ca: undefined, caSource: '' };
}

function caFile(path: string): { ca: string; caSource: string } {
  return { ca: expectPem(readNamed(path, 'certificate authority'), path), caSource: path };
}
