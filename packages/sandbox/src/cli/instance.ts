import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUpState } from '../runtime/runc/clean-up.ts';

/** The sandbox that a state folder belongs to. */
export interface Instance {
  pid: number;
  /** When that process started, in the kernel's clock ticks: a number may be another process's by now. */
  startTime: string;
  url: string;
  kubeconfig: string;
  runtime: string;
}

const FILE = 'instance.json';

/** All that a sandbox keeps in its folder. */
const OURS = [FILE, 'kubeconfig', 'runc', 'images', 'kubelet'];
const PRIVATE_MODE = 0o600;

/** How often a process that is ending is looked at, and how long it may take, in ms. */
const LOOK_EVERY_MS = 50;
const END_TIMEOUT_MS = 30_000;

export function writeInstance(folder: string, instance: Omit<Instance, 'startTime'>): void {
  const full: Instance = { ...instance, startTime: startTimeOf(instance.pid) ?? '' };
  writeFileSync(join(folder, FILE), JSON.stringify(full), { mode: PRIVATE_MODE });
}

/** The sandbox of this folder if it runs; undefined if there is none or it has died. */
export function runningInstance(folder: string): Instance | undefined {
  const file = join(folder, FILE);
  if (!existsSync(file)) return undefined;
  const instance = JSON.parse(readFileSync(file, 'utf8')) as Instance;
  return startTimeOf(instance.pid) === instance.startTime ? instance : undefined;
}

/** Removes what a dead sandbox left in this folder: containers, mounts, network namespaces, files. */
export async function cleanUpAfter(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await cleanUpState(join(folder, 'runc'));
  for (const name of OURS) rmSync(join(folder, name), { recursive: true, force: true });
  // The folder may be the user's own, with other things in it.
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Ends a sandbox and waits until it has gone. Throws if it does not go. */
export async function endInstance({ pid, startTime }: Instance): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + END_TIMEOUT_MS;
  while (startTimeOf(pid) === startTime) {
    if (Date.now() > deadline) throw new Error(`the sandbox (process ${pid}) does not end`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Field 22 of /proc/PID/stat; the name before it may hold blanks and parentheses. On other systems only that it lives. */
function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const file = `/proc/${pid}/stat`;
    if (!existsSync(file)) return undefined;
    const text = readFileSync(file, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // The third field is the state: a zombie has ended.
    return fields[0] === 'Z' ? undefined : fields[19];
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return undefined;
  }
}
