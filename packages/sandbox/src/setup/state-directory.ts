import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { is, literal, object } from 'valibot';
import { cleanUpState } from '../runtimes/runc/clean-up.ts';
import { removeTree } from '../runtimes/runc/remove-tree.ts';
import { isRunning, processIdentity, type ProcessIdentity, thisProcess } from '../host/process-identity.ts';

/** Only for the owner: the directory contains keys. */
const PRIVATE_MODE = 0o700;
const PRIVATE_FILE_MODE = 0o600;
/** Permission bits of others than the owner. */
const OTHERS = 0o077;

/** The file that marks a sandbox's directory. Nothing is ever deleted in a directory without it. */
const MARKER = '.kube-sandbox';
const FORMAT = 'kube-sandbox state directory, version 1';

/** Everything that a sandbox has in its directory. */
const CONTENT = ['instance.json', 'kubeconfig', 'runc', 'images', 'kubelet', MARKER];

/** Prefix of temporary directories; six random characters follow. */
const TEMPORARY_PREFIX = 'kube-sandbox-';
const TEMPORARY_NAME = /^kube-sandbox-[A-Za-z0-9]{6}$/;

/** The directory of the sandbox of `kube-sandbox up`: one for each user of the machine. */
export function defaultStateDirectory(
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? join(tmpdir(), `kube-sandbox-${uid}`)
    : join(runtime, 'kube-sandbox');
}

/**
 * Creates a sandbox's directory, or uses an existing one that provably belongs to the user.
 *
 * @throws Error if it is a link, another user's, accessible to others, or contains files with a sandbox's names but no
 *   marker: in a shared temporary directory anybody could have created it first
 */
export function makeStateDirectory(path: string): string {
  makePrivateDirectory(path);
  if (readMarker(path) === undefined) {
    const foreign = readdirSync(path).find((name) => CONTENT.includes(name));
    if (foreign !== undefined) {
      throw new Error(
        `${path} is not a sandbox's directory, but contains "${foreign}": remove that, or set another directory`,
      );
    }
  }
  writeMarker(path);
  return path;
}

/** Creates a directory that only this user can access, or uses an existing one. Throws like `makeStateDirectory`. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(path, { mode: PRIVATE_MODE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    checkPrivateDirectory(path);
  }
}

/** Whether the directory exists; throws if it must not be used. */
export function hasPrivateDirectory(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  checkPrivateDirectory(path);
  return true;
}

function checkPrivateDirectory(path: string): void {
  const problem = privacyProblem(path);
  if (problem !== undefined) {
    throw new Error(`${path} ${problem}: remove it, or set another directory with --state-directory`);
  }
}

/** Why a directory can't be trusted; undefined if it can. Links are never followed. */
function privacyProblem(path: string): string | undefined {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return 'is a symbolic link';
  if (!stat.isDirectory()) return 'is not a directory';
  // Windows has neither, and has a temporary directory per user.
  if (process.getuid === undefined) return undefined;
  if (stat.uid !== process.getuid()) return `belongs to another user (uid ${stat.uid})`;
  if ((stat.mode & OTHERS) !== 0) {
    return `can be used by others (mode 0${(stat.mode & 0o777).toString(8)}, not 0700)`;
  }
  return undefined;
}

/** A separate directory for a sandbox in a test. */
export function temporaryStateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX));
  writeMarker(directory);
  return directory;
}

/**
 * Deletes a sandbox's files in its directory, including containers, and the directory if it is empty then; nothing in any
 * other directory.
 */
export async function removeStateDirectory(path: string): Promise<void> {
  if (!hasPrivateDirectory(path) || readMarker(path) === undefined) return;
  if (existsSync(join(path, 'runc'))) await cleanUpState(join(path, 'runc'));
  for (const name of CONTENT) await removeTree(join(path, name));
  // The directory may be the user's own, with other files in it.
  if (readdirSync(path).length === 0) rmdirSync(path);
}

/** The temporary directories of this user's sandboxes whose process was killed. */
export function abandonedDirectories(parent = tmpdir()): string[] {
  return readdirSync(parent)
    .filter((name) => TEMPORARY_NAME.test(name))
    .map((name) => join(parent, name))
    .filter((directory) => {
      try {
        if (privacyProblem(directory) !== undefined) return false;
      } catch {
        // Its sandbox has just deleted it.
        return false;
      }
      const owner = readMarker(directory);
      return owner !== undefined && !isRunning(owner);
    });
}

const markerSchema = object({ format: literal(FORMAT), ...processIdentity });

function writeMarker(directory: string): void {
  const file = join(directory, MARKER);
  rmSync(file, { force: true });
  const content = JSON.stringify({ format: FORMAT, ...thisProcess() });
  writeFileSync(file, content, { mode: PRIVATE_FILE_MODE, flag: 'wx' });
}

/** The process in a directory's marker; undefined without a valid marker. */
function readMarker(directory: string): ProcessIdentity | undefined {
  const file = join(directory, MARKER);
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  try {
    const marker: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return is(markerSchema, marker) ? marker : undefined;
  } catch {
    return undefined;
  }
}
