import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Larger than any /etc/passwd or /etc/group. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The text of a regular file in an image's layer; undefined if there is none. The image is not trusted: a symbolic link may
 * lead to a file of the host, and opening a FIFO would block the process forever.
 */
export function readInLayer(layer: string, path: string): string | undefined {
  let file: number | undefined;
  try {
    const real = realpathSync(join(layer, path));
    if (!real.startsWith(`${realpathSync(layer)}${sep}`)) return undefined;
    file = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
