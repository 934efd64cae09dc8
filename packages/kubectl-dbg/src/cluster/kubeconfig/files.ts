import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';

/** A path of a kubeconfig entry: relative ones count from the folder of the file it stands in. */
export function fromFile(path: string, file: string): string {
  return resolve(dirname(file), path);
}

/** Reads a file that the configuration names. Throws DbgError `configuration` that says what it was for. */
export function readNamed(path: string, purpose: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'no permission to read it' : code;
    throw new DbgError('configuration', `cannot read the ${purpose} ${sanitise(path)}: ${why}`, {
      cause: error,
    });
  }
}

/** Decodes a `...-data` field. Throws DbgError `configuration` that names field and entry, never the data. */
export function decodeData(data: string, field: string, entry: string, file: string): string {
  // Node's decoder skips what is not base64; Go's refuses it.
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) {
    throw new DbgError(
      'configuration',
      `kubeconfig ${sanitise(file)}: ${sanitise(entry)}: ${field} is not base64`,
      { remedy: 'Correct the entry' },
    );
  }
  return Buffer.from(data, 'base64').toString('utf8');
}

/** Refuses what is no PEM, which TLS would report in words that name no file. */
export function expectPem(content: string, what: string): string {
  if (!content.includes('-----BEGIN ')) {
    throw new DbgError('configuration', `${sanitise(what)} is not in PEM form`, {
      remedy: 'Correct the entry',
    });
  }
  return content;
}
