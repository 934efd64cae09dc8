import { accessSync, constants, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { World } from '../../model/world.ts';

/**
 * Programs that Windows starts without a shell. `.cmd` and `.bat` are scripts for cmd.exe, whose quoting can't be made
 * safe.
 */
const WINDOWS_PROGRAMS = ['.exe', '.com'];
const WINDOWS_SCRIPTS = ['.cmd', '.bat'];

export type FoundProgram =
  | { kind: 'found'; file: string }
  | { kind: 'missing' }
  /** There is only a script for cmd.exe. */
  | { kind: 'script'; file: string };

/**
 * The file of a command: looked up once, in our own PATH, so that the file that a policy checks is the one that is
 * started. Relative directories in PATH are ignored: programs in the working directory are not trusted (as in Go).
 *
 * @param command a name, or an absolute path
 */
export function findProgram(command: string, world: Pick<World, 'env' | 'platform'>): FoundProgram {
  const isWindows = world.platform === 'win32';
  const path = isWindows ? win32 : posix;
  const isPath = command.includes('/') || (isWindows && command.includes('\\'));
  const directories = (pathVariable(world) ?? '')
    .split(path.delimiter)
    .filter((directory) => path.isAbsolute(directory));
  const bases = isPath ? [command] : directories.map((directory) => path.join(directory, command));
  for (const base of bases) {
    if (!path.isAbsolute(base)) continue;
    const file = withExtension(base, isWindows ? WINDOWS_PROGRAMS : undefined).find(isProgram);
    if (file !== undefined) return { kind: 'found', file };
    const script = isWindows ? withExtension(base, WINDOWS_SCRIPTS).find(isProgram) : undefined;
    if (script !== undefined) return { kind: 'script', file: script };
  }
  return { kind: 'missing' };
}

/** Names of variables are case-insensitive on Windows. */
function pathVariable({ env, platform }: Pick<World, 'env' | 'platform'>): string | undefined {
  if (platform !== 'win32') return env['PATH'];
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH');
  return name === undefined ? undefined : env[name];
}

function withExtension(base: string, extensions: readonly string[] | undefined): string[] {
  if (extensions === undefined) return [base];
  const own = extensions.filter((extension) => base.toLowerCase().endsWith(extension));
  return own.length > 0 ? [base] : extensions.map((extension) => `${base}${extension}`);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
