import { dirname, resolve } from 'node:path';
import { DbgError } from '../../model/failure.ts';
import { NotAFile, readFileAtOnce } from '../../base/read-file.ts';
import { TooLong } from '../../base/read-limited.ts';
import { configurationError } from './configuration-error.ts';
import { sanitise } from '../../base/sanitise.ts';

/** A path in a kubeconfig entry: relative paths are relative to the directory of the entry's file. */
export function fromFile(path: string, file: string): string {
  return resolve(dirname(file), path);
}

/** Reads a file from the configuration. Throws DbgError `configuration` that names its purpose. */
export function readNamed(path: string, purpose: string): string {
  try {
    return readFileAtOnce(path).toString('utf8');
  } catch (error) {
    const why = whyUnread(error);
    throw new DbgError(
      'configuration',
      'ConfiguredFileUnreadable',
      `cannot read the ${purpose} ${sanitise(path)}: ${why}`,
      { file: path, purpose, why },
      { cause: error },
    );
  }
}

/** Why a file could not be read, in a few words. */
export function whyUnread(error: unknown): string {
  if (error instanceof NotAFile || error instanceof TooLong) return error.message;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return WHY_UNREAD[code] ?? code;
}

const WHY_UNREAD: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of its path is not a directory',
};

/** Decodes a `...-data` field. Throws DbgError `configuration` that names field and entry, never the data. */
export function decodeData(data: string, field: string, entry: string, file: string): string {
  // Node's decoder skips characters that are not base64; Go's refuses them.
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) {
    throw configurationError(file, `${entry}: ${field} is not base64`, 'entry');
  }
  return Buffer.from(data, 'base64').toString('utf8');
}

/** Refuses a file that is not PEM; the error of TLS would name no file. */
export function expectPem(content: string, what: string): string {
  if (!content.includes('-----BEGIN ')) {
    throw new DbgError('configuration', 'PemExpected', `${sanitise(what)} is not in PEM form`, { what });
  }
  return content;
}
