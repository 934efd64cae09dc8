import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;

/** Flags to open a file that may have become a symbolic link or a FIFO since it was checked; Windows has neither flag. */
export const READ_FILE_ONLY = (O_RDONLY ?? 0) | (O_NONBLOCK ?? 0) | (O_NOFOLLOW ?? 0);

/**
 * Opens a file to be sent, following links; undefined if it is not a regular file. It may have been replaced since it was
 * checked: a FIFO does not block us.
 */
export async function openSource(path: string): Promise<{ file: FileHandle; stats: Stats } | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, READ_FILE_ONLY & ~(O_NOFOLLOW ?? 0));
  } catch (error) {
    if (isNoFile(error)) return undefined;
    throw error;
  }
  const stats = await file.stat();
  if (stats.isFile()) return { file, stats };
  await file.close();
  return undefined;
}

/** Whether a file could not be opened because it is a link, or a socket. */
export function isNoFile(error: unknown): boolean {
  return ['ELOOP', 'EMLINK', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '');
}
