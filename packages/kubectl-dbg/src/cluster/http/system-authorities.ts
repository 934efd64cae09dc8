import { readFile } from 'node:fs/promises';

/** Where Linux distributions and BSDs keep their authorities, as Go's crypto/x509 looks for them. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The system's certificate authorities as PEM, for a cluster without its own; undefined where there is no such file,
 * and Node's built-in ones are used. A company's own authority stands in the system's file, not in Node.
 *
 * @param systemFile a file to look at in place of the usual ones
 */
export async function systemAuthorities(systemFile?: string): Promise<string | undefined> {
  for (const file of systemFile === undefined ? BUNDLES : [systemFile]) {
    try {
      return await readFile(file, 'utf8');
    } catch {
      // the next distribution's place
    }
  }
  return undefined;
}
