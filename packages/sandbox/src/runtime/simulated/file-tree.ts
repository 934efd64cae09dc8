import type { Mount } from '../runtime.ts';

/** Directories that every image with a system in it has. */
const DIRECTORIES = [
  '/',
  ...['bin', 'dev', 'etc', 'home', 'lib', 'proc', 'root', 'sbin', 'sys', 'tmp', 'usr', 'var'].map(
    (name) => `/${name}`,
  ),
  '/usr/bin',
  '/usr/lib',
  '/usr/sbin',
  '/var/log',
  '/var/run',
  '/dev/pts',
  '/dev/shm',
];
/** Directories that a runtime makes in an image with nothing but a program. */
const BARE_DIRECTORIES = ['/', '/dev', '/dev/pts', '/dev/shm', '/etc', '/proc', '/sys'];
/** What the files of a process are seen under. */
const PROCESS_ROOT = /^\/proc\/(\d+)\/root(?=\/|$)/;

/** Finds the files of a process by its id. */
export type RootOf = (pid: number) => FileTree | undefined;

/** The files of a simulated container: those that were written, and directories that can be looked at. */
export class FileTree {
  /** Content by path. */
  readonly files = new Map<string, Buffer>();
  readonly #mounts: readonly Mount[];
  readonly #program: string | undefined;

  /** @param program the one file of an image that has no system in it */
  constructor(mounts: readonly Mount[], program?: string) {
    this.#mounts = mounts;
    this.#program = program;
  }

  /** @param rootOf the files of the process with that id; undefined if there is none */
  exists(path: string, rootOf: RootOf): boolean {
    const process = PROCESS_ROOT.exec(path);
    if (process !== null) return rootOf(Number(process[1]))?.exists(withoutRoot(path), rootOf) === true;
    const plain = normalize(path);
    return this.#program === plain || this.files.has(plain) || this.#isDirectory(plain);
  }

  /** The names below a directory; undefined if it is none. */
  list(path: string, rootOf: RootOf): string[] | undefined {
    const process = PROCESS_ROOT.exec(path);
    if (process !== null) return rootOf(Number(process[1]))?.list(withoutRoot(path), rootOf);
    const directory = normalize(path);
    if (!this.#isDirectory(directory)) return undefined;
    const prefix = directory === '/' ? '/' : `${directory}/`;
    const names = this.#paths()
      .filter((known) => known.startsWith(prefix) && known !== directory)
      .map((known) => known.slice(prefix.length).split('/')[0] ?? '');
    return [...new Set(names)].filter((name) => name !== '').toSorted();
  }

  #isDirectory(path: string): boolean {
    const prefix = path === '/' ? '/' : `${path}/`;
    return this.#paths().some((known) => known.startsWith(prefix)) || this.#directories().includes(path);
  }

  #directories(): string[] {
    const mounted = this.#mounts.flatMap(({ hostPath, containerPath }) =>
      // The node's root has what every root has.
      hostPath === '/'
        ? DIRECTORIES.map((path) => containerPath + (path === '/' ? '' : path))
        : [containerPath],
    );
    return [...(this.#program === undefined ? DIRECTORIES : BARE_DIRECTORIES), ...mounted];
  }

  #paths(): string[] {
    const program = this.#program === undefined ? [] : [this.#program];
    return [...this.#directories(), ...program, ...this.files.keys()];
  }
}

function withoutRoot(path: string): string {
  return path.replace(PROCESS_ROOT, '') || '/';
}

function normalize(path: string): string {
  return path.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '') || '/';
}

/** Whether a path is a directory of any image with a system in it. */
export function isSystemDirectory(path: string): boolean {
  return DIRECTORIES.includes(path);
}
