import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { isOwn } from './own-user.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;

/** Thrown for a path at which no private file can be written. */
export class NotPrivate extends Error {
  override readonly name = 'NotPrivate';
}

/**
 * Opens a file for writing that only the user can read: a new one, or the user's own, truncated unless it is to be
 * continued. Throws NotPrivate for anything that somebody else may have put there: a symbolic link, a FIFO (which would
 * block the process), a device, another user's file, or one with another hard link. The system's errors are thrown
 * unchanged.
 */
export function openPrivateFile(path: string, mode: 'replace' | 'append' = 'replace'): number {
  // Windows has neither of the last two flags.
  const flags =
    (O_WRONLY ?? 0) | (mode === 'append' ? (O_APPEND ?? 0) : 0) | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
  try {
    // Whoever seems to own it, as on file systems without owners: a new file is ours.
    return openSync(path, flags | (O_CREAT ?? 0) | (O_EXCL ?? 0), 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (error) {
    const why = NOT_PRIVATE[(error as NodeJS.ErrnoException).code ?? ''];
    throw why === undefined ? error : new NotPrivate(why, { cause: error });
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new NotPrivate('it is not a regular file');
    if (!isOwn(stats)) throw new NotPrivate("it is another user's file");
    if (stats.nlink > 1) throw new NotPrivate('it has another hard link');
    fchmodSync(file, 0o600);
    if (mode === 'replace') ftruncateSync(file);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

const NOT_PRIVATE: Readonly<Record<string, string>> = {
  ELOOP: 'it is a symbolic link',
  EMLINK: 'it is a symbolic link',
  ENXIO: 'it is not a regular file',
};
