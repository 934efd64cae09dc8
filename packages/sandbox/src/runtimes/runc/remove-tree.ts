import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { unmountBelow } from './node/mounts-below.ts';
import { startUserNamespace } from './node/user-namespace.ts';
import { programEnvironment } from '../../host/programs.ts';

/**
 * Removes a folder that containers had their files in. Those of an ordinary user's sandbox may belong to other users
 * of its user namespace, whom only another such namespace may act for.
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
  if (existsSync(path)) throw new Error(`${path} can't be removed`);
}
