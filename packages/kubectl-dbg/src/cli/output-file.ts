import { NotPrivate, openPrivateFile } from '../base/private-file.ts';
import type { DbgError } from '../model/failure.ts';
import { CliError } from './cli-error.ts';

/**
 * Opens a private file, empty unless it is to be continued; `flag` is the flag that names it. Throws DbgError (usage).
 */
export function openFile(path: string, flag: string, mode: 'replace' | 'append' = 'replace'): number {
  try {
    return openPrivateFile(path, mode);
  } catch (error) {
    if (error instanceof NotPrivate) throw refused(path, error.message, flag);
    const { code, message } = error as NodeJS.ErrnoException;
    throw refused(path, WHY_NOT_OPENED[code ?? ''] ?? message, flag);
  }
}

function refused(path: string, why: string, flag: string): DbgError {
  return new CliError(
    'usage',
    'OutputFileUnwritable',
    `cannot write ${path}: ${why}`,
    `Name a file in an existing directory that you may write to, with ${flag}`,
  );
}

const WHY_NOT_OPENED: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'its parent is a file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'its file system is read-only',
};
