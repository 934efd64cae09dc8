import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where programs of the system are, whatever the user's search path says. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** Where `npm run setup` unpacks what a user without root can't install, in the project's folder. */
const CACHE = join('.cache', 'debian', 'bin');
/** Programs that are put into images without libraries: one that needs some is no use. */
const STATIC: ReadonlySet<string> = new Set(['busybox']);
/** A bundle is in dist/, a source file a few folders deeper. */
const MAX_DEPTH = 8;

/** Folders that are looked through for runc, busybox and newuidmap: the user's, the system's, the project's cache. */
export function programFolders(path = process.env['PATH'] ?? ''): string[] {
  const cache = projectCache();
  return [
    ...path.split(delimiter).filter((folder) => folder !== ''),
    ...SYSTEM_FOLDERS,
    ...(cache === undefined ? [] : [cache]),
  ];
}

/** The path of a program; undefined if it is nowhere. A busybox with shared libraries does not count. */
export function findProgram(name: string, path?: string): string | undefined {
  return programFolders(path)
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file) && (!STATIC.has(name) || isStatic(file)));
}

/** The path of a program without which there are no real containers. Throws if it is nowhere. */
export function neededProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not on this machine`);
  return path;
}

/** What helpers are run with: nothing of the user's environment but where programs are. */
export function programEnvironment(path?: string): NodeJS.ProcessEnv {
  const first = [...STATIC].flatMap((name) => findProgram(name, path) ?? []).map((file) => dirname(file));
  return { PATH: [...first, ...programFolders(path)].join(delimiter) };
}

/** The cache of the project that this module is part of; undefined where it is installed as a package. */
function projectCache(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    // Past the project or an installed package there are other people's folders.
    if (existsSync(join(folder, 'package-lock.json'))) {
      const cache = join(folder, CACHE);
      return existsSync(cache) ? cache : undefined;
    }
    folder = dirname(folder);
    if (folder.endsWith('node_modules')) return undefined;
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

/** Type of the program header that names the loader of shared libraries. Source: System V ABI. */
const PT_INTERP = 3;
const HEADERS_BYTES = 4096;

/** Whether a program of 64 bits needs no loader of shared libraries. */
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
