import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { processesIn, removeCgroup, sandboxCgroup } from './cgroup.ts';
import { mountsBelow } from './node/mounts-below.ts';
import { removeTree } from './remove-tree.ts';
import { MARKER_VARIABLE, run, runcContext } from './runc-command.ts';

/** Interval and maximum number of attempts to kill all processes. */
const KILL_INTERVAL_MS = 10;
const KILL_ATTEMPTS = 300;

/** What `cleanUpState` found and removed. */
export interface CleanUpReport {
  processes: number;
  containers: number;
  mounts: number;
}

/**
 * Removes what a killed sandbox has left behind: containers, processes, cgroups, mounts and files.
 *
 * Only what belongs to this state directory is touched: processes in its cgroup or with its path in their environment,
 * mounts and runc's state below it. Network namespaces end with their last process. Unpacked images are kept for reuse.
 */
export async function cleanUpState(stateDir: string, path?: string): Promise<CleanUpReport> {
  const cgroup = sandboxCgroup(stateDir);
  let processes = 0;
  // Killing one process may reveal others, so repeat until there are none.
  for (let attempt = 0; attempt < KILL_ATTEMPTS; attempt += 1) {
    const pids = [...(cgroup === undefined ? [] : processesIn(cgroup)), ...markedProcesses(stateDir)];
    if (pids.length === 0) break;
    if (attempt === 0) processes = pids.length;
    for (const pid of pids) kill(pid);
    await delay(KILL_INTERVAL_MS);
  }
  const context = runcContext(stateDir, path);
  const ids = existsSync(context.root) ? readdirSync(context.root) : [];
  // In a user namespace no container runs any more; only files remain.
  const isRoot = process.getuid?.() === 0;
  for (const id of isRoot ? ids : []) {
    await run(context, ['runc', '--root', context.root, 'delete', '--force', id]).catch(() => {
      rmSync(join(context.root, id), { recursive: true, force: true });
    });
  }
  const mounts = mountsBelow(stateDir);
  for (const mount of mounts) {
    await run(context, ['busybox', 'umount', '-l', mount]).catch(() => {});
  }
  for (const name of ['runc', 'containers', 'sandboxes', 'pods', 'logs', 'owner']) {
    await removeTree(join(stateDir, name));
  }
  if (cgroup !== undefined) removeCgroup(cgroup);
  return { processes, containers: isRoot ? ids.length : 0, mounts: mounts.length };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just terminated.
  }
}

/** Helper processes outside of the cgroup have the state directory in their environment. */
function markedProcesses(stateDir: string): number[] {
  const mark = `${MARKER_VARIABLE}=${stateDir}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(join('/proc', name, 'environ'), 'utf8')
          .split('\0')
          .includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}
