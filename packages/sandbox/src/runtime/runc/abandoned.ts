import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUpState } from './clean-up.ts';
import { ownerRuns } from './owner.ts';

/**
 * Cleans up after sandboxes of one's own that were killed and had a folder for themselves, which no later one would
 * look into.
 *
 * @param parent where such folders are
 * @param prefix how their names begin
 * @param inner where in the folder the runtime keeps its state
 * @returns the folders that were removed
 */
export async function cleanUpAbandoned(parent: string, prefix: string, inner: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(parent, name);
    const stateDir = join(folder, inner);
    // Only what is one's own, and only if it is sure that its owner is gone.
    if (statSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    if (ownerRuns(stateDir) !== false) continue;
    await cleanUpState(stateDir);
    rmSync(folder, { recursive: true, force: true });
    removed.push(folder);
  }
  return removed;
}
