import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { DbgError } from '../model/failure.ts';
import { entryParts, nameKey, staysInside } from './entry-name.ts';
import type { ArchiveEntry } from './tar-format.ts';
import type { EntryContent } from './tar-reader.ts';

export interface TreeWriterOptions {
  /** The destination directory: absolute, existing or not. */
  directory: string;
  platform: NodeJS.Platform;
  /** Called with each entry that is not written. */
  onSkip: (name: string, why: string) => void;
  /** Maximum of bytes and entries to write. */
  maxBytes: number;
  maxEntries: number;
  /** Keep setuid and setgid bits. */
  keepSetuid: boolean;
  /** Called with the number of bytes as they are written. */
  onBytes?: (count: number) => void;
}

/** Bits of a mode that are kept, and those that are kept only on request. */
const PERMISSIONS = 0o777;
const SPECIAL = 0o7000;

/**
 * Writes the entries of an archive below one directory and nowhere else. Every directory on the way is checked before
 * something is written into it, so no link is followed, whether it is from the archive or existed before; symbolic links
 * are created last. A file is written under a temporary name and renamed when it is complete.
 *
 * Calls are synchronous: a turn of the event loop for each takes many times as long.
 */
export class TreeWriter {
  readonly #options: TreeWriterOptions;
  /** Directories that are known to be real ones, by key. */
  readonly #directories = new Set<string>();
  /** Names of written entries, by key. */
  readonly #names = new Map<string, string>();
  /** Keys of written files. */
  readonly #written = new Set<string>();
  readonly #links: { parts: string[]; target: string }[] = [];
  readonly #attributes: { path: string; mode: number; mtime: Date }[] = [];
  #entries = 0;
  #bytes = 0;
  skipped = 0;
  files = 0;

  constructor(options: TreeWriterOptions) {
    this.#options = options;
  }

  /** Writes one entry. Throws DbgError if a limit is exceeded, and the system's error if it can't be written. */
  async write(entry: ArchiveEntry, content: EntryContent): Promise<void> {
    this.#entries += 1;
    if (this.#entries > this.#options.maxEntries) {
      throw exceeded('entries', this.#options.maxEntries);
    }
    const why = await this.#writeEntry(entry, content);
    if (why !== undefined) {
      this.skipped += 1;
      this.#options.onSkip(entry.name, why);
    }
  }

  /** Creates the symbolic links, and sets modes and times of directories, which writing into them would change. */
  finish(): void {
    for (const { parts, target } of this.#links) this.#skipLink(parts, this.#writeLink(parts, target));
    for (const { parts } of this.#links) this.#skipLink(parts, this.#leadsOut(parts));
    for (const { path, mode, mtime } of this.#attributes.toReversed()) {
      chmodSync(path, mode);
      utimesSync(path, mtime, mtime);
    }
  }

  #skipLink(parts: readonly string[], why: string | undefined): void {
    if (why === undefined) return;
    this.skipped += 1;
    this.#options.onSkip(parts.join('/'), why);
  }

  async #writeEntry(entry: ArchiveEntry, content: EntryContent): Promise<string | undefined> {
    const { platform } = this.#options;
    const parts = entryParts(entry.name, platform);
    if (!Array.isArray(parts)) return parts.why;
    const twin = this.#twin(parts);
    if (twin !== undefined) return `the local file system takes it for ${twin}`;
    if (parts.length === 0 && entry.type !== 'directory') return 'it would replace the directory itself';
    switch (entry.type) {
      case 'directory':
        return this.#writeDirectory(parts, entry);
      case 'file':
        return await this.#writeFile(parts, entry, content);
      case 'link':
        return this.#writeHardLink(parts, entry.linkname);
      case 'symlink':
        if (!staysInside(parts, entry.linkname, platform))
          return 'it is a link that leads out of the directory';
        this.#links.push({ parts, target: entry.linkname });
        return undefined;
      case 'sparse':
        return "it is a sparse file in a form of GNU tar's";
      default:
        return 'it is neither a file, a directory nor a link';
    }
  }

  /** The name of an already written entry that the file system would overwrite; also remembers this one. */
  #twin(parts: readonly string[]): string | undefined {
    for (let length = 1; length <= parts.length; length += 1) {
      const some = parts.slice(0, length);
      const key = nameKey(some, this.#options.platform);
      const known = this.#names.get(key);
      const name = some.join('/');
      if (known !== undefined && known !== name) return known;
      this.#names.set(key, name);
    }
    return undefined;
  }

  #path(parts: readonly string[]): string {
    return join(this.#options.directory, ...parts);
  }

  /** Creates a directory and its parents; returns an error if something else is there. */
  #makeDirectory(parts: readonly string[]): string | undefined {
    const key = parts.join('/');
    if (this.#directories.has(key)) return undefined;
    if (parts.length > 0) {
      const why = this.#makeDirectory(parts.slice(0, -1));
      if (why !== undefined) return why;
    }
    const path = this.#path(parts);
    const there = look(path);
    if (there === undefined) {
      // The user's own destination directory may not exist yet.
      mkdirSync(path, parts.length === 0 ? { recursive: true, mode: 0o700 } : { mode: 0o700 });
    } else if (!there.isDirectory())
      return `${key} is not a directory here${there.isSymbolicLink() ? ' but a link' : ''}`;
    this.#directories.add(key);
    return undefined;
  }

  #writeDirectory(parts: readonly string[], { mode, mtime }: ArchiveEntry): string | undefined {
    const isNew = look(this.#path(parts)) === undefined;
    const why = this.#makeDirectory(parts);
    if (why !== undefined || !isNew) return why;
    // Writable for us, whatever the archive says.
    this.#attributes.push({ path: this.#path(parts), mode: this.#mode(mode) | 0o700, mtime });
    return undefined;
  }

  async #writeFile(
    parts: readonly string[],
    { mode, mtime, size }: ArchiveEntry,
    content: EntryContent,
  ): Promise<string | undefined> {
    const why = this.#makeDirectory(parts.slice(0, -1)) ?? this.#notReplaceable(parts);
    if (why !== undefined) return why;
    this.#bytes += size;
    if (this.#bytes > this.#options.maxBytes) throw exceeded('bytes', this.#options.maxBytes);
    const path = this.#path(parts);
    const temporary = join(dirname(path), `.kubectl-dbg-${randomBytes(6).toString('hex')}`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
    const file = openSync(temporary, flags, 0o600);
    try {
      try {
        await this.#writeContent(file, content);
        fchmodSync(file, this.#mode(mode));
        futimesSync(file, mtime, mtime);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.#written.add(nameKey(parts, this.#options.platform));
    this.files += 1;
    return undefined;
  }

  async #writeContent(file: number, content: EntryContent): Promise<void> {
    for (let piece = await content.read(); piece !== undefined; piece = await content.read()) {
      this.#options.onBytes?.(piece.length);
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    }
  }

  /** A hard link to a file from this archive: to no other, so that nothing outside gets another name. */
  #writeHardLink(parts: readonly string[], target: string): string | undefined {
    const { platform } = this.#options;
    const from = entryParts(target, platform);
    if (!Array.isArray(from) || from.length === 0) return 'it is a link that leads out of the directory';
    if (!this.#written.has(nameKey(from, platform)))
      return 'it is a hard link to a file that is not in the archive';
    if (look(this.#path(from))?.isFile() !== true) return 'it is a link to something other than a file';
    const why = this.#makeDirectory(parts.slice(0, -1)) ?? this.#notReplaceable(parts);
    if (why !== undefined) return why;
    if (parts.join('/') === from.join('/')) return undefined;
    rmSync(this.#path(parts), { force: true });
    linkSync(this.#path(from), this.#path(parts));
    this.#written.add(nameKey(parts, platform));
    return undefined;
  }

  #writeLink(parts: readonly string[], target: string): string | undefined {
    const why = this.#makeDirectory(parts.slice(0, -1)) ?? this.#notReplaceable(parts);
    if (why !== undefined) return why;
    const path = this.#path(parts);
    if (look(path) !== undefined) unlinkSync(path);
    symlinkSync(target, path);
    return undefined;
  }

  /** Removes a link that leads out after all: through one that existed before. */
  #leadsOut(parts: readonly string[]): string | undefined {
    const path = this.#path(parts);
    if (look(path)?.isSymbolicLink() !== true) return undefined;
    const root = realpathSync(this.#options.directory);
    let real: string;
    try {
      real = realpathSync(path);
    } catch {
      // It leads nowhere, or in a circle.
      return undefined;
    }
    if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    unlinkSync(path);
    return 'it leads out of the directory through a link that is there';
  }

  /** Why a file can't have this name: it is a directory. A link or a file is replaced, not followed. */
  #notReplaceable(parts: readonly string[]): string | undefined {
    const there = look(this.#path(parts));
    return there?.isDirectory() === true ? 'a directory has its name here' : undefined;
  }

  #mode(mode: number): number {
    return mode & (PERMISSIONS | (this.#options.keepSetuid ? SPECIAL : 0));
  }
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function exceeded(limit: 'bytes' | 'entries', most: number): DbgError {
  const words = `there are more than ${most} ${limit}: the copy was stopped`;
  return new DbgError('lost', 'CopyLimitExceeded', words, { limit, most });
}
