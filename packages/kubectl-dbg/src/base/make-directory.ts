import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isOwn } from './own-user.ts';

/**
 * Creates a directory and its missing parents with mode 0700. Node's own recursive mkdir never returns if the kernel
 * refuses with ENOENT below an existing directory, as /proc does. Throws the errors of mkdir.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path || isDirectory(above)) throw error;
    makeDirectory(above);
    mkdirSync(path, { mode: 0o700 });
  }
}

/**
 * Creates a directory in an existing one with mode 0700; an existing one must belong to the user, and must not be a
 * symbolic link.
 */
export function makeOwnDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const stats = lstatSync(path);
    if (!stats.isDirectory()) throw new Error(`${path} is not a directory`, { cause: error });
    if (!isOwn(stats)) throw new Error(`${path} is another user's directory`, { cause: error });
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
