import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InferOutput, is, object, string } from 'valibot';
import { isRunning, processIdentity, type ProcessIdentity, thisProcess } from '../host/process-identity.ts';
import { hasPrivateDirectory } from '../setup/state-directory.ts';

const instanceSchema = object({ ...processIdentity, url: string(), kubeconfig: string(), runtime: string() });

/** The sandbox of a state directory. */
export type Instance = InferOutput<typeof instanceSchema>;

const FILE = 'instance.json';

const PRIVATE_MODE = 0o600;

/** Interval for checking a terminating process, and its time limit, in ms. */
const POLL_MS = 50;
const STOP_TIMEOUT_MS = 30_000;

export function writeInstance(directory: string, instance: Omit<Instance, keyof ProcessIdentity>): void {
  const file = join(directory, FILE);
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify({ ...instance, ...thisProcess() }), { mode: PRIVATE_MODE, flag: 'wx' });
}

/**
 * The running sandbox of this directory; undefined if there is none or it has died.
 *
 * @throws Error if somebody else could have created the directory: its content would be trusted
 */
export function runningInstance(directory: string): Instance | undefined {
  if (!hasPrivateDirectory(directory)) return undefined;
  const file = join(directory, FILE);
  if (!existsSync(file)) return undefined;
  const instance: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return is(instanceSchema, instance) && isRunning(instance) ? instance : undefined;
}

/** Stops a sandbox and waits until its process has exited. Throws if it does not exit. */
export async function stopInstance(instance: Instance): Promise<void> {
  const { pid } = instance;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isRunning(instance)) {
    if (Date.now() > deadline) throw new Error(`the sandbox (process ${pid}) does not stop`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
