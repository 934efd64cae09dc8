import {
  closeSync,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { isNoFile, READ_FILE_ONLY } from './open-source.ts';
import { TarWriter } from './tar-writer.ts';

/** Numeric user and group that own the files at the destination. */
export interface Owner {
  uid: number;
  gid: number;
}

export interface SendTreeOptions {
  directory: string;
  owner: Owner;
  /** Name of an empty file at the end of the archive: if it was received, nothing is missing. */
  endMark: string;
  /** Called with each entry that is not sent, or is sent changed. */
  onSkip: (name: string, why: string) => void;
}

/**
 * A tar archive of a directory's content: files, directories and symbolic links with modes and times; other types are
 * passed to `onSkip`. It is generated while it is read, with synchronous calls: a turn of the event loop for each takes
 * many times as long.
 */
export function* sendTree(options: SendTreeOptions): Generator<Buffer> {
  const writer = new TarWriter();
  yield* addDirectory(writer, options.directory, '', options);
  writer.header({ name: options.endMark, type: 'file', mode: 0o600, mtime: 0, ...options.owner });
  writer.end();
  yield* writer.take(true);
}

function* addDirectory(
  writer: TarWriter,
  directory: string,
  prefix: string,
  options: SendTreeOptions,
): Generator<Buffer> {
  const { owner, onSkip } = options;
  for (const dirent of readdirSync(directory, { withFileTypes: true }).toSorted(byName)) {
    const path = join(directory, dirent.name);
    const name = prefix + dirent.name;
    if (dirent.isFile()) {
      yield* addFile(writer, path, name, options);
      continue;
    }
    const { mode, mtimeMs } = lstatSync(path);
    const header = { name, mode: mode & 0o7777, mtime: seconds(mtimeMs), ...owner };
    if (dirent.isDirectory()) {
      writer.header({ ...header, type: 'directory' });
      yield* addDirectory(writer, path, `${name}/`, options);
    } else if (dirent.isSymbolicLink())
      writer.header({ ...header, type: 'symlink', linkname: readlinkSync(path) });
    else onSkip(name, 'it is neither a file, a directory nor a link');
    yield* writer.take();
  }
}

/** Adds a file, with its size when it is opened. */
function* addFile(
  writer: TarWriter,
  path: string,
  name: string,
  { owner, onSkip }: SendTreeOptions,
): Generator<Buffer> {
  let file: number;
  try {
    file = openSync(path, READ_FILE_ONLY);
  } catch (error) {
    if (!isNoFile(error)) throw error;
    onSkip(name, 'its type has changed meanwhile');
    return;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) {
      onSkip(name, 'its type has changed meanwhile');
      return;
    }
    const { size, mode, mtimeMs } = stats;
    writer.header({ name, type: 'file', mode: mode & 0o7777, mtime: seconds(mtimeMs), size, ...owner });
    let left = size;
    while (left > 0) {
      const room = writer.room().subarray(0, left);
      const count = readSync(file, room);
      if (count === 0) break;
      writer.filled(count);
      left -= count;
      yield* writer.take();
    }
    if (left > 0) onSkip(name, 'it became shorter meanwhile: its end is filled with zeros');
    for (; left > 0; left -= writer.zeros(left)) yield* writer.take();
    writer.pad(size);
    yield* writer.take();
  } finally {
    closeSync(file);
  }
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
