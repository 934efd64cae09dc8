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
/** What a target's files are seen under. */
const PROCESS_ROOT = /^\/proc\/(\d+)\/root(?=\/|$)/;

/** The files of a simulated container: those that were written, and directories that can be looked at. */
export class FileTree {
  /** Content by path. */
  readonly files = new Map<string, Buffer>();
  readonly #mounts: readonly Mount[];

  constructor(mounts: readonly Mount[]) {
    this.#mounts = mounts;
  }

  /** @param isProcess whether there is a process with that id */
  exists(path: string, isProcess: (pid: number) => boolean): boolean {
    const plain = this.#resolve(path, isProcess);
    return plain !== undefined && (this.files.has(plain) || this.#isDirectory(plain));
  }

  /** The names below a directory; undefined if it is none. */
  list(path: string, isProcess: (pid: number) => boolean): string[] | undefined {
    const directory = this.#resolve(path, isProcess);
    if (directory === undefined || !this.#isDirectory(directory)) return undefined;
    const prefix = directory === '/' ? '/' : `${directory}/`;
    const names = this.#paths()
      .filter((known) => known.startsWith(prefix) && known !== directory)
      .map((known) => known.slice(prefix.length).split('/')[0] ?? '');
    return [...new Set(names)].filter((name) => name !== '').toSorted();
  }

  #resolve(path: string, isProcess: (pid: number) => boolean): string | undefined {
    const match = PROCESS_ROOT.exec(path);
    if (match !== null && !isProcess(Number(match[1]))) return undefined;
    const plain = path
      .replace(PROCESS_ROOT, '')
      .replaceAll(/\/+/g, '/')
      .replace(/(?<=.)\/$/, '');
    return plain === '' ? '/' : plain;
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
    return [...DIRECTORIES, ...mounted];
  }

  #paths(): string[] {
    return [...this.#directories(), ...this.files.keys()];
  }
}

/** Whether a path is a directory of any image with a system in it. */
export function isSystemDirectory(path: string): boolean {
  return DIRECTORIES.includes(path);
}
