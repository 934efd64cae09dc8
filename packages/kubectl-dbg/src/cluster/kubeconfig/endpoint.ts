import { DbgError } from '../../model/failure.ts';
import { sanitise } from '../../base/sanitise.ts';
import type { World } from '../../model/world.ts';
import type { ClusterOptions } from '../options.ts';
import type { Endpoint, TlsSettings } from './connection.ts';
import { decodeData, expectPem, fromFile, readNamed } from './files.ts';
import type { ClusterEntry, Entry } from './kubeconfig.ts';
import { environmentProxy, proxyUrl } from './proxy.ts';
import { given } from './given.ts';
import { configurationError } from './configuration-error.ts';

/** Server address, TLS settings and proxy, from the cluster's entry and the flags that override it. */
export function resolveEndpoint(
  server: string,
  cluster: Entry<ClusterEntry> | undefined,
  options: ClusterOptions,
  world: Pick<World, 'env' | 'cwd'>,
): Endpoint {
  const url = serverUrl(server, cluster, options);
  const ownProxy = given(cluster?.value['proxy-url']);
  const tls = tlsSettings(cluster, options, world);
  if (ownProxy === undefined) return { url, ...environmentProxy(url, world.env), tls };
  const proxySource = `proxy-url of cluster "${cluster?.name ?? ''}"`;
  return { url, proxy: proxyUrl(ownProxy, proxySource), proxySource, tls };
}

function serverUrl(server: string, cluster: Entry<ClusterEntry> | undefined, options: ClusterOptions): URL {
  // As in kubectl: an address without a scheme is http.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw problem('is not a URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw problem(`begins with ${url.protocol}//, not https://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw problem('contains a user name or password, which belong in the user entry');
  }
  return url;

  function problem(words: string): DbgError {
    return given(options.server) === undefined && cluster !== undefined
      ? configurationError(cluster.file, `the server address of cluster "${cluster.name}" ${words}`, 'entry')
      : new DbgError('configuration', 'ServerAddressInvalid', sanitise(`the server address ${words}`), {
          problem: words,
        });
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
  // A flag for the authority overrides the file's settings for the authority and for skipping the verification; a flag
  // for skipping the verification overrides the file's authority.
  const insecure = insecureFlag || (flagCa === undefined && entry['insecure-skip-tls-verify'] === true);
  if (insecureFlag && flagCa !== undefined) {
    throw new DbgError(
      'configuration',
      'OptionsExclusive',
      'certificateAuthority and insecureSkipTlsVerify exclude each other',
      { options: ['certificateAuthority', 'insecureSkipTlsVerify'] },
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
      'contradiction',
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
