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
/** A container's own limit lies a page above its parent's, so that the parent's counters tell of its kills. */
const PAGE_BYTES = 4096;

/** The name of the cgroup that holds all of a sandbox's containers; it marks them as that sandbox's. */
export function cgroupMark(stateDir: string): string {
  return `kube-sandbox-${createHash('sha256').update(stateDir).digest('hex').slice(0, 12)}`;
}

/**
 * The cgroup of a sandbox: at the top for root, for an ordinary user beside that of this process, if he may make one
 * there, as systemd lets him in his own session. Undefined if he may not.
 */
export function sandboxCgroup(stateDir: string): string | undefined {
  const parent = process.getuid?.() === 0 ? '/' : delegatedCgroup();
  return parent === undefined ? undefined : join(parent, cgroupMark(stateDir));
}

/** The cgroup above this process's own, if its user may make others in it and move processes between them. */
function delegatedCgroup(): string | undefined {
  if (!existsSync(ROOT)) return undefined;
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  // Hierarchies of version 1 are told by their controllers; runc takes one path for all of them.
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

/** Version 2 has one hierarchy for all controllers. */
function isUnified(): boolean {
  return existsSync(join(ROOT, 'cgroup.controllers'));
}

/** Every hierarchy of version 1 that is mounted, or the one of version 2. */
export function hierarchies(): string[] {
  if (isUnified()) return [ROOT];
  return readdirSync(ROOT)
    .map((name) => join(ROOT, name))
    .filter((path) => existsSync(join(path, 'cgroup.procs')));
}

function memoryHierarchy(): string {
  return isUnified() ? ROOT : join(ROOT, 'memory');
}

/**
 * Makes the cgroup above a container's, with its memory limit. The container's own cgroup goes away with it;
 * this one stays, so that it can be asked whether the kernel killed anything in it.
 *
 * @returns the limit to set on the container's own cgroup
 */
export function limitMemory(path: string, bytes: number): number {
  const directory = join(memoryHierarchy(), path);
  mkdirSync(directory, { recursive: true });
  if (isUnified()) {
    enableMemoryController(path);
    writeFileSync(join(directory, 'memory.max'), String(bytes));
  } else {
    writeFileSync(join(directory, 'memory.use_hierarchy'), '1', { flag: 'w' });
    writeFileSync(join(directory, 'memory.limit_in_bytes'), String(bytes));
  }
  return bytes + PAGE_BYTES;
}

/** Version 2 hands a controller down level by level. */
function enableMemoryController(path: string): void {
  const enable = (level: string): void => {
    const file = join(level, 'cgroup.subtree_control');
    // Above a delegated cgroup that is somebody else's to do, and was done.
    if (!readFileSync(file, 'utf8').split(/\s/).includes('memory')) writeFileSync(file, '+memory');
  };
  let directory = ROOT;
  for (const part of path.split('/').filter((name) => name !== '')) {
    enable(directory);
    directory = join(directory, part);
  }
  enable(directory);
}

/** Whether the limit of `limitMemory` was hit so hard that the kernel had to kill. */
export function limitWasHit(path: string): boolean {
  const directory = join(memoryHierarchy(), path);
  try {
    if (isUnified()) {
      const events = readFileSync(join(directory, 'memory.events'), 'utf8');
      return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0) > 0;
    }
    // Version 1 counts a kill in the container's own cgroup only, which is gone; the failed charges stay.
    return Number(readFileSync(join(directory, 'memory.failcnt'), 'utf8')) > 0;
  } catch {
    return false;
  }
}

/** Process ids in a cgroup and below it, of all hierarchies. */
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

/** Removes a cgroup and those below it from all hierarchies; one that is still in use stays. */
export function removeCgroup(path: string): void {
  const remove = (directory: string): void => {
    if (!existsSync(directory)) return;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) remove(join(directory, entry.name));
    }
    try {
      rmdirSync(directory);
    } catch {
      // A process of it has not quite ended; the next clean-up removes it.
    }
  };
  for (const hierarchy of hierarchies()) remove(join(hierarchy, path));
}
