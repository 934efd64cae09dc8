import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { READ } from '../../base/read-file.ts';

/**
 * The beginning of an output that a result names, if it is a regular file in the run's own directory, even through
 * symbolic links.
 *
 * @param limit maximum of bytes to read
 */
export function readKeptOutput(directory: string, outputFile: string, limit: number): string | undefined {
  try {
    const path = realpathSync(join(directory, outputFile));
    const inside = relative(realpathSync(directory), path);
    if (inside.startsWith('..') || isAbsolute(inside)) return undefined;
    const file = openSync(path, READ);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return undefined;
      const bytes = Buffer.alloc(Math.min(limit, stats.size));
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
