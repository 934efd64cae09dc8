import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For the owner only: the folder holds keys. */
const PRIVATE_MODE = 0o700;

/** The folder of the sandbox that `kube-sandbox up` runs: one for each user of the machine. */
export function defaultStateFolder(env: Readonly<Record<string, string | undefined>>, uid: number): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? join(tmpdir(), `kube-sandbox-${uid}`)
    : join(runtime, 'kube-sandbox');
}

export function makeStateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: PRIVATE_MODE });
  return path;
}

/** How the names of temporary folders begin. */
export const TEMPORARY_PREFIX = 'kube-sandbox-';

/** A folder of its own for a sandbox inside a test. */
export function temporaryStateFolder(): string {
  return mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX));
}
