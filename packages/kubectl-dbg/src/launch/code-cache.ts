import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

type ModuleFunction = (exports: unknown, require: (id: string) => unknown, module: object) => void;

/** `NAME-HASH.cjs`, as the bundler names what no user names. */
const HASHED_NAME = /-[\w-]{8}\.cjs$/;

/** Others than the owner may write. */
const WRITABLE_BY_OTHERS = 0o022;

/** Code that was kept so long ago (ms) is removed: it may be an older release's. If not, it is made anew. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Loads the files of a CommonJS bundle with the machine's earlier work: what V8 compiled for a session is kept in a
 * private folder, and spares the next one some 20 ms (Node 20). Only files whose names hold a hash of their content are
 * kept: V8 refuses what another version of it has made, but of the source it compares the length alone.
 */
export class CodeCache {
  readonly #bundle: string;
  readonly #folder: string | undefined;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #fresh = new Map<string, Script>();

  /**
   * @param bundle the folder of the bundle
   * @param folder where compiled code is kept; undefined: nowhere
   */
  constructor(bundle: string, folder: string | undefined) {
    this.#bundle = bundle;
    this.#folder = folder;
  }

  /** What `require` does for a file of the bundle, written as `./NAME`; other names are left to Node. */
  require(id: string): unknown {
    if (this.#folder === undefined || !id.startsWith('./')) return require(id);
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

  /** Keeps what was compiled until now and was not there before. Failing to do so costs time only, next time. */
  keep(): void {
    if (this.#folder === undefined || this.#fresh.size === 0) return;
    try {
      if (isAnothersHome(this.#folder)) return;
      makeFolder(this.#folder);
      for (const [name, script] of this.#fresh) {
        const path = join(this.#folder, name);
        const unfinished = `${path}.${process.pid}`;
        writeFileSync(unfinished, script.createCachedData(), { mode: 0o600, flag: 'wx' });
        renameSync(unfinished, path);
      }
      this.#removeOld(this.#folder);
    } catch {
      // a home that can't be written to
    }
    this.#fresh.clear();
  }

  #compile(name: string): ModuleFunction {
    const file = join(this.#bundle, name);
    // The build writes ASCII only, which this reads best.
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

  /** Compiled code is code: only what this user alone can have written is taken. */
  #read(name: string): Buffer | undefined {
    let file: number | undefined;
    try {
      file = openSync(join(this.#folder ?? '', name), 'r');
      const { uid, mode } = fstatSync(file);
      const own =
        process.getuid === undefined || (uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0);
      return own ? readFileSync(file) : undefined;
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  #removeOld(folder: string): void {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (Date.now() - statSync(path).mtimeMs > MAX_AGE_MS) rmSync(path, { force: true });
    }
  }
}

/** Root in another user's home, as with sudo: what it made there, that user could neither use nor replace. */
function isAnothersHome(folder: string): boolean {
  if (process.getuid?.() !== 0) return false;
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats === undefined ? isAnothersHome(dirname(folder)) : stats.uid !== 0;
}

/** Makes a private folder and those above it. (Node's own way to do so never ends below /proc.) */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}
