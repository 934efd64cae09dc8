import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
/** A container's own limit is a page above its parent's, so that it is the parent's that is reached. */
const PAGE_BYTES = 4096;

/** The name of the cgroup of all containers of a sandbox; it identifies them at the clean-up. */
export function cgroupMark(stateDir: string): string {
  return `kube-sandbox-${createHash('sha256').update(stateDir).digest('hex').slice(0, 12)}`;
}

/**
 * The cgroup of a sandbox: for root, at the top; for other users, a sibling of this process's cgroup, if it is delegated
 * to the user, as by systemd. Undefined if it is not.
 */
export function sandboxCgroup(stateDir: string): string | undefined {
  const parent = process.getuid?.() === 0 ? '/' : delegatedCgroup();
  return parent === undefined ? undefined : join(parent, cgroupMark(stateDir));
}

/** The parent of this process's cgroup, if the user may create children in it and move processes. */
function delegatedCgroup(): string | undefined {
  if (!existsSync(ROOT)) return undefined;
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  // With cgroup v1, there is a line per hierarchy; runc takes one path for all of them.
  const relevant = lines.filter((line) => line.startsWith('0::') === isUnified());
  const parents = new Set(relevant.map((line) => dirname(line.split(':').slice(2).join(':'))));
  const [parent] = parents;
  if (parent === undefined || parents.size > 1) return undefined;
  const mine = hierarchies().filter((path) => isUnified() || existsSync(join(path, 'tasks')));
  return mine.every(
    (path) => isWritable(join(path, parent)) && isWritable(join(path, parent, 'cgroup.procs')),
  )
    ? parent
    : undefined;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether cgroup v2 is mounted. */
function isUnified(): boolean {
  return existsSync(join(ROOT, 'cgroup.controllers'));
}

/** All mounted hierarchies of cgroup v1, or the one of v2. */
export function hierarchies(): string[] {
  if (isUnified()) return [ROOT];
  return readdirSync(ROOT)
    .map((name) => join(ROOT, name))
    .filter((path) => existsSync(join(path, 'cgroup.procs')));
}

/**
 * Whether OOM kills are counted only in the container's own cgroup, as cgroup v1 does. runc removes it with the container,
 * so the count must be read before. cgroup v2 counts them in the parent too.
 */
export function countsKillsInOwnCgroup(): boolean {
  return !isUnified();
}

/**
 * Prepares the memory limit of a container. With cgroup v2 it creates the parent of the container's cgroup, with that limit.
 * The container's own cgroup is removed with the container; this one remains, and counts OOM kills.
 *
 * @returns the limit to set on the container's own cgroup
 */
export function limitMemory(path: string, bytes: number): number {
  if (!isUnified()) return bytes;
  const directory = join(ROOT, path);
  mkdirSync(directory, { recursive: true });
  enableMemoryController(path);
  writeFileSync(join(directory, 'memory.max'), String(bytes));
  return bytes + PAGE_BYTES;
}

/** cgroup v2 enables a controller level by level. */
function enableMemoryController(path: string): void {
  const enable = (level: string): void => {
    const file = join(level, 'cgroup.subtree_control');
    // Above a delegated cgroup, the controller is already enabled.
    if (!readFileSync(file, 'utf8').split(/\s/).includes('memory')) writeFileSync(file, '+memory');
  };
  let directory = ROOT;
  for (const part of path.split('/').filter((name) => name !== '')) {
    enable(directory);
    directory = join(directory, part);
  }
  enable(directory);
}

/**
 * Whether the kernel has killed a process of a container, any of them, for lack of memory.
 *
 * @param path the parent of the container's own cgroup `own`
 */
export function hadOomKill(path: string, own: string): boolean {
  const file = isUnified()
    ? join(ROOT, path, 'memory.events')
    : join(ROOT, 'memory', path, own, 'memory.oom_control');
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) > 0;
  } catch {
    return false;
  }
}

/** Process ids in a cgroup and its descendants, in all hierarchies. */
export function processesIn(path: string): number[] {
  const pids = new Set<number>();
  const visit = (directory: string): void => {
    if (!existsSync(directory)) return;
    for (const line of readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n')) {
      if (line !== '' && line !== '0') pids.add(Number(line));
    }
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) visit(join(directory, entry.name));
    }
  };
  for (const hierarchy of hierarchies()) visit(join(hierarchy, path));
  return [...pids];
}

/** Removes a cgroup and its descendants from all hierarchies, except those still in use. */
export function removeCgroup(path: string): void {
  const remove = (directory: string): void => {
    if (!existsSync(directory)) return;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) remove(join(directory, entry.name));
    }
    try {
      rmdirSync(directory);
    } catch {
      // A process has not terminated completely; the next clean-up removes it.
    }
  };
  for (const hierarchy of hierarchies()) remove(join(hierarchy, path));
}
