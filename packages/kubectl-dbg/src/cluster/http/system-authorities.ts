import { readFile } from 'node:fs/promises';

/** Paths of the certificate authorities on Linux distributions and BSDs, as in Go's crypto/x509. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The system's certificate authorities as PEM, for a cluster without its own; undefined if there is no such file, and
 * Node's built-in ones are used. A company's own authority is in the system's file, not in Node.
 *
 * @param systemFile a file to use instead of the usual ones
 */
export async function systemAuthorities(systemFile?: string): Promise<string | undefined> {
  for (const file of systemFile === undefined ? BUNDLES : [systemFile]) {
    try {
      return await readFile(file, 'utf8');
    } catch {
      // try the path of the next distribution
    }
  }
  return undefined;
}
