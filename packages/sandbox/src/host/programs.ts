import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Searched after PATH, which often lacks the sbin directories. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** Where `npm run setup` unpacks packages that it can't install without root, relative to the project. */
const CACHE = join('.cache', 'debian', 'bin');
/** Programs that are copied into images without shared libraries, so they must be static. */
const STATIC: ReadonlySet<string> = new Set(['busybox']);
/** A bundle is in dist/, a source file a few directories deeper. */
const MAX_DEPTH = 8;

/** Directories that are searched for runc, busybox and newuidmap: PATH, the system's, the project's cache. */
export function programDirectories(path = process.env['PATH'] ?? ''): string[] {
  const cache = projectCache();
  return [
    ...path.split(delimiter).filter((directory) => directory !== ''),
    ...SYSTEM_DIRECTORIES,
    ...(cache === undefined ? [] : [cache]),
  ];
}

/** The path of a program; undefined if it is not found. A dynamically linked busybox does not count. */
export function findProgram(name: string, path?: string): string | undefined {
  return programDirectories(path)
    .map((directory) => join(directory, name))
    .find((file) => isExecutable(file) && (!STATIC.has(name) || isStatic(file)));
}

/** The path of a program that real containers need. Throws if it is not found. */
export function neededProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not on this machine`);
  return path;
}

/** The environment of helper programs: only PATH. */
export function programEnvironment(path?: string): NodeJS.ProcessEnv {
  const first = [...STATIC].flatMap((name) => findProgram(name, path) ?? []).map((file) => dirname(file));
  return { PATH: [...first, ...programDirectories(path)].join(delimiter) };
}

/** The cache of the project that contains this module; undefined if the module is an installed package. */
function projectCache(): string | undefined {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    // Do not look above the project's root or node_modules.
    if (existsSync(join(directory, 'package-lock.json'))) {
      const cache = join(directory, CACHE);
      return existsSync(cache) ? cache : undefined;
    }
    directory = dirname(directory);
    if (directory.endsWith('node_modules')) return undefined;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Type of the program header that names the dynamic linker. Source: System V ABI. */
const PT_INTERP = 3;
const HEADERS_BYTES = 4096;

/** Whether a 64-bit ELF program is statically linked. */
function isStatic(path: string): boolean {
  const head = Buffer.alloc(HEADERS_BYTES);
  const fd = openSync(path, 'r');
  readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  const offset = Number(head.readBigUInt64LE(32));
  const size = head.readUInt16LE(54);
  const starts = Array.from({ length: head.readUInt16LE(56) }, (_, index) => offset + index * size);
  return !starts.some((start) => start + 4 <= head.length && head.readUInt32LE(start) === PT_INTERP);
}
