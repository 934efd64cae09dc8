import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

type ModuleFunction = (exports: unknown, require: (id: string) => unknown, module: object) => void;

/** `NAME-HASH.cjs`, the bundler's names of internal chunks. */
const HASHED_NAME = /-[\w-]{8}\.cjs$/;

/** The same, or a partially written one. */
const OUR_NAME = /-[\w-]{8}\.cjs(\.\d+)?$/;

const { O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;

/** Writable by others than the owner. */
const WRITABLE_BY_OTHERS = 0o022;

/** Older code (ms) is deleted: it may be from an older release. Otherwise it is compiled again. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Loads the files of a CommonJS bundle with cached code: the code that V8 compiled for a session is stored in a private
 * directory, and saves the next one about 20 ms (Node 20). Only files whose names contain a hash of their content are
 * cached: V8 refuses code from another version of itself, but compares only the length of the source.
 */
export class CodeCache {
  readonly #bundle: string;
  readonly #directory: string | undefined;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #fresh = new Map<string, Script>();

  /**
   * @param bundle the directory of the bundle
   * @param directory the directory of the cache; undefined: no cache
   */
  constructor(bundle: string, directory: string | undefined) {
    this.#bundle = bundle;
    this.#directory = directory;
  }

  /** Replaces `require` for a file of the bundle, written as `./NAME`; other names are passed to Node. */
  require(id: string): unknown {
    if (this.#directory === undefined || !id.startsWith('./')) return require(id);
    const name = id.slice(2);
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    this.#modules.set(name, module);
    try {
      this.#compile(name)(module.exports, (wanted: string) => this.require(wanted), module);
    } catch (error) {
      this.#modules.delete(name);
      throw error;
    }
    return module.exports;
  }

  /** Stores newly compiled code. A failure only costs time in the next session. */
  keep(): void {
    if (this.#directory === undefined || this.#fresh.size === 0) return;
    try {
      if (isAnothersHome(this.#directory)) return;
      makeDirectory(this.#directory);
      if (!isPrivateDirectory(this.#directory)) return;
      for (const [name, script] of this.#fresh) {
        const path = join(this.#directory, name);
        const unfinished = `${path}.${process.pid}`;
        writeFileSync(unfinished, script.createCachedData(), { mode: 0o600, flag: 'wx' });
        renameSync(unfinished, path);
      }
      this.#removeOld(this.#directory);
    } catch {
      // the home directory is not writable
    }
    this.#fresh.clear();
  }

  #compile(name: string): ModuleFunction {
    const file = join(this.#bundle, name);
    // The build writes only ASCII, for which this is fastest.
    const source = readFileSync(file, 'latin1');
    const isKept = HASHED_NAME.test(name);
    const cachedData = isKept ? this.#read(name) : undefined;
    const script = new Script(`(function(exports,require,module){${source}\n})`, {
      filename: pathToFileURL(file).href,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    const isFresh = cachedData === undefined || script.cachedDataRejected === true;
    if (isKept && isFresh) this.#fresh.set(name, script);
    return script.runInThisContext() as ModuleFunction;
  }

  /** Compiled code is code: only a file that this user alone can have written is used. */
  #read(name: string): Buffer | undefined {
    let file: number | undefined;
    try {
      const path = join(this.#directory ?? '', name);
      // Without following a link, and without waiting for the writer of a FIFO. Windows has neither flag.
      file = openSync(path, constants.O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
      const stats = fstatSync(file);
      return stats.isFile() && isOwn(stats) ? readFileSync(file) : undefined;
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** Only files with our names, and not the targets of links. */
  #removeOld(directory: string): void {
    for (const name of readdirSync(directory).filter((found) => OUR_NAME.test(found))) {
      const path = join(directory, name);
      const stats = lstatSync(path);
      if (stats.isFile() && isOwn(stats) && Date.now() - stats.mtimeMs > MAX_AGE_MS) unlinkSync(path);
    }
  }
}

/** Whether only this user can have written it. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0);
}

/** Not a symbolic link: otherwise files elsewhere would be written or deleted. */
function isPrivateDirectory(directory: string): boolean {
  const stats = lstatSync(directory);
  return stats.isDirectory() && isOwn(stats);
}

/** Root in another user's home, as with sudo: that user could neither use nor replace the created files. */
function isAnothersHome(directory: string): boolean {
  if (process.getuid?.() !== 0) return false;
  const stats = statSync(directory, { throwIfNoEntry: false });
  return stats === undefined ? isAnothersHome(dirname(directory)) : stats.uid !== 0;
}

/** Creates a private directory and its parents. (Node's own recursive mkdir never returns below /proc.) */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(directory) === directory) throw error;
    makeDirectory(dirname(directory));
    mkdirSync(directory, { mode: 0o700 });
  }
}
