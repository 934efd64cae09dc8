import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { unmountBelow } from './node/mounts-below.ts';
import { startUserNamespace } from './node/user-namespace.ts';
import { programEnvironment } from '../../host/programs.ts';

/**
 * Deletes a directory of containers' files. In a rootless sandbox they may belong to subordinate ids, so only a process in
 * a user namespace with the same map can delete them.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    if (process.platform === 'linux' && process.getuid?.() === 0) unmountBelow(path);
    await rm(path, { recursive: true, force: true });
    return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'ENOTEMPTY';
    if (!denied || process.platform !== 'linux' || process.getuid?.() === 0) throw error;
  }
  const node = await startUserNamespace(programEnvironment());
  try {
    await node.remove(path);
  } finally {
    await node.stop();
  }
  if (existsSync(path)) throw new Error(`can't delete ${path}`);
}
