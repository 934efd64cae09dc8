import type { Mount } from '../../cri/runtime.ts';
import { SimulatedVolumes } from './volumes.ts';

/** Directories of images with a system. */
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
/** Directories that a runtime creates in an image with only a program. */
const BARE_DIRECTORIES = ['/', '/dev', '/dev/pts', '/dev/shm', '/etc', '/proc', '/sys'];
/** The path of a process's root file system. */
const PROCESS_ROOT = /^\/proc\/(\d+)\/root(?=\/|$)/;

export interface FileTreeOptions {
  mounts?: readonly Mount[];
  volumes?: SimulatedVolumes;
  /** The files of an image without a system. */
  image?: readonly string[] | undefined;
  /** The files of a process; undefined if there is no process with that id. */
  rootOf?: (pid: number) => FileTree | undefined;
}

/** The location of a path's content. */
interface Place {
  files: Map<string, Buffer>;
  key: string;
  readOnly: boolean;
}

/** A write to a read-only mount. */
export class ReadOnlyError extends Error {
  override readonly name = 'ReadOnlyError';

  constructor() {
    super('Read-only file system');
  }
}

/** The files of a simulated container: written files, volumes, and the directories of the image. */
export class FileTree {
  readonly #files = new Map<string, Buffer>();
  readonly #mounts: readonly Mount[];
  readonly #volumes: SimulatedVolumes;
  readonly #image: readonly string[] | undefined;
  readonly #rootOf: (pid: number) => FileTree | undefined;

  constructor({ mounts = [], volumes, image, rootOf }: FileTreeOptions = {}) {
    // The longest path is the innermost mount.
    this.#mounts = mounts.toSorted((a, b) => b.containerPath.length - a.containerPath.length);
    this.#volumes = volumes ?? new SimulatedVolumes();
    this.#image = image;
    this.#rootOf = rootOf ?? (() => undefined);
  }

  exists(path: string): boolean {
    const other = this.#other(path);
    if (other !== undefined) return other.tree?.exists(other.path) === true;
    const plain = normalize(path);
    return this.#image?.includes(plain) === true || this.has(plain) || this.#isDirectory(plain);
  }

  /** The names in a directory; undefined if it is not a directory. */
  list(path: string): string[] | undefined {
    const other = this.#other(path);
    if (other !== undefined) return other.tree?.list(other.path);
    const directory = normalize(path);
    if (!this.#isDirectory(directory)) return undefined;
    const prefix = directory === '/' ? '/' : `${directory}/`;
    const names = this.#paths()
      .filter((known) => known.startsWith(prefix) && known !== directory)
      .map((known) => known.slice(prefix.length).split('/')[0] ?? '');
    return [...new Set(names)].filter((name) => name !== '').toSorted();
  }

  /** Whether there is a regular file at the path. */
  has(path: string): boolean {
    return this.read(path) !== undefined;
  }

  read(path: string): Buffer | undefined {
    const place = this.#place(path);
    return place?.files.get(place.key);
  }

  /** @throws ReadOnlyError */
  write(path: string, content: Buffer): void {
    const place = this.#place(path);
    if (place?.readOnly === true) throw new ReadOnlyError();
    place?.files.set(place.key, content);
  }

  /**
   * Deletes a file; false if it does not exist.
   *
   * @throws ReadOnlyError
   */
  remove(path: string): boolean {
    const place = this.#place(path);
    if (place === undefined || !place.files.has(place.key)) return false;
    if (place.readOnly) throw new ReadOnlyError();
    return place.files.delete(place.key);
  }

  /** Deletes all written files, except in volumes. */
  clear(): void {
    this.#files.clear();
  }

  /** The tree of another process, if the path is below its /proc/PID/root. */
  #other(path: string): { tree: FileTree | undefined; path: string } | undefined {
    const process = PROCESS_ROOT.exec(path);
    if (process === null) return undefined;
    return { tree: this.#rootOf(Number(process[1])), path: path.replace(PROCESS_ROOT, '') || '/' };
  }

  #place(path: string): Place | undefined {
    const other = this.#other(path);
    if (other !== undefined) return other.tree === undefined ? undefined : other.tree.#place(other.path);
    const plain = normalize(path);
    for (const { hostPath, containerPath, readOnly } of this.#mounts) {
      if (plain !== containerPath && !plain.startsWith(`${containerPath}/`)) continue;
      const volume = this.#volumes.find(hostPath);
      if (volume === undefined) break;
      return { files: volume.files, key: volume.path + plain.slice(containerPath.length), readOnly };
    }
    return { files: this.#files, key: plain, readOnly: false };
  }

  #isDirectory(path: string): boolean {
    const prefix = path === '/' ? '/' : `${path}/`;
    return this.#paths().some((known) => known.startsWith(prefix)) || this.#directories().includes(path);
  }

  #directories(): string[] {
    const mounted = this.#mounts.flatMap(({ hostPath, containerPath }) => {
      // The node has the same directories as any system.
      if (hostPath === '/') return DIRECTORIES.map((path) => containerPath + (path === '/' ? '' : path));
      // A single file of a volume is not a directory.
      const volume = this.#volumes.find(hostPath);
      return volume?.files.has(volume.path) === true ? [] : [containerPath];
    });
    return [...(this.#image === undefined ? DIRECTORIES : BARE_DIRECTORIES), ...mounted];
  }

  #paths(): string[] {
    return [...this.#directories(), ...(this.#image ?? []), ...this.#files.keys(), ...this.#mounted()];
  }

  /** The paths of files in volumes. */
  #mounted(): string[] {
    return this.#mounts.flatMap(({ hostPath, containerPath }) => {
      const volume = this.#volumes.find(hostPath);
      return [...(volume?.files.keys() ?? [])]
        .filter((key) => key === volume?.path || key.startsWith(`${volume?.path}/`))
        .map((key) => containerPath + key.slice(volume?.path.length));
    });
  }
}

function normalize(path: string): string {
  return path.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '') || '/';
}

/** Whether a path is a directory of every image with a system. */
export function isSystemDirectory(path: string): boolean {
  return DIRECTORIES.includes(path);
}
