import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isOwn } from '../base/own-user.ts';
import { DbgError } from '../model/failure.ts';
import { ArchiveError } from './tar-format.ts';
import { TarReader } from './tar-reader.ts';
import { TreeWriter, type TreeWriterOptions } from './tree-writer.ts';

/** The part of a file that an earlier copy left: its size, and the SHA-256 of its bytes in hex. */
export interface PartialFile {
  path: string;
  size: number;
  hash: string;
}

/** The name of a file until it is complete. */
export function partialPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.kubectl-dbg-partial`);
}

/** The partial file of an earlier copy; size 0 if there is none. */
export async function readPartial(path: string): Promise<PartialFile> {
  const partial = partialPath(path);
  const file = await openPartial(partial);
  const size = file === undefined ? 0 : (await file.stat()).size;
  if (file === undefined || size === 0) {
    await file?.close();
    return { path: partial, size: 0, hash: '-' };
  }
  const hash = createHash('sha256');
  await pipeline(file.createReadStream({ end: size - 1 }), hash);
  return { path: partial, size, hash: hash.digest('hex') };
}

const { O_RDWR, O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;

/**
 * Opens the partial file of an earlier copy to continue it. Its name is predictable, so another user may have put
 * something there: a link, a FIFO or a file of theirs, which they could change after it is complete, is ignored.
 */
async function openPartial(partial: string): Promise<FileHandle | undefined> {
  // Windows has neither of the last two flags.
  const flags = (O_RDWR ?? 0) | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
  const file = await open(partial, flags).catch(() => undefined);
  if (file === undefined || isOwnFile(await file.stat())) return file;
  await file.close();
  return undefined;
}

function isOwnFile(stats: Stats): boolean {
  return stats.isFile() && stats.nlink === 1 && isOwn(stats);
}

/** The header of a file, as sent by the container. */
export interface FileHeader {
  size: number;
  mode: number;
  mtime: Date;
  /** The offset of the bytes that follow. */
  offset: number;
}

/**
 * Writes a file to `path` from its bytes, after those in the partial file. If that fails the partial file is kept for the
 * next time, unless there is no space. Throws DbgError `lost` if bytes are missing.
 */
export async function receiveFile(
  source: AsyncIterable<Uint8Array>,
  header: FileHeader,
  path: string,
  keepSetuid: boolean,
  onBytes?: (count: number) => void,
): Promise<void> {
  const partial = partialPath(path);
  if (header.offset === 0) await rm(partial, { force: true });
  const file = header.offset === 0 ? await open(partial, 'wx', 0o600) : await openPartial(partial);
  if (file === undefined) {
    throw new DbgError('usage', 'PartialFileForeign', `${partial} was not left by an earlier copy`, {
      path: partial,
    });
  }
  try {
    await file.truncate(header.offset);
    const written = await writeAll(file, source, header.offset, onBytes);
    if (written !== header.size) {
      throw new DbgError(
        'lost',
        'CopyBrokeOff',
        `only ${written} of ${header.size} bytes of ${path} have arrived`,
        { path, kept: partial },
      );
    }
    await file.chmod(header.mode & (keepSetuid ? 0o7777 : 0o777));
    await file.utimes(header.mtime, header.mtime);
  } catch (error) {
    // It would occupy the missing space, and the next copy would fail too.
    if (NO_SPACE.has((error as NodeJS.ErrnoException).code ?? '')) await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

const NO_SPACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Size of one write: large, because each one wakes another thread; a program that is killed loses up to two of them. */
const BATCH_BYTES = 256 * 1024;

/**
 * Writes received data, even if the source fails later: it is kept for the next time. Returns the end position. Data is
 * received while the previous data is being written.
 */
async function writeAll(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  start: number,
  onBytes?: (count: number) => void,
): Promise<number> {
  let at = start;
  let batch: Uint8Array[] = [];
  let size = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = writePieces(file, batch, at);
    // Its failure is thrown where the next one waits for it.
    writing.catch(() => undefined);
    at += size;
    batch = [];
    size = 0;
  };
  try {
    for await (const piece of source) {
      onBytes?.(piece.length);
      batch.push(piece);
      size += piece.length;
      if (size >= BATCH_BYTES) await flush();
    }
  } finally {
    await flush();
    await writing;
  }
  return at;
}

async function writePieces(file: FileHandle, pieces: readonly Uint8Array[], position: number): Promise<void> {
  if (pieces.length === 0) return;
  const { bytesWritten } = await file.writev(pieces, position);
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  if (bytesWritten === size) return;
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let done = 0; done < rest.length;) {
    done += (await file.write(rest, done, rest.length - done, position + bytesWritten + done)).bytesWritten;
  }
}

/** Writes a tar archive below a directory; resolves with the numbers of written files and of skipped entries. */
export async function receiveTree(
  source: AsyncIterable<Uint8Array>,
  options: TreeWriterOptions,
): Promise<{ files: number; skipped: number }> {
  const writer = new TreeWriter(options);
  const reader = new TarReader(source);
  try {
    for (let entry = await reader.next(); entry !== undefined; entry = await reader.next())
      await writer.write(entry, reader);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    const why = error.message;
    throw new DbgError(
      'protocol',
      'ArchiveBroken',
      `the container sent a broken archive: ${why}`,
      { why },
      { cause: error },
    );
  }
  writer.finish();
  return { files: writer.files, skipped: writer.skipped };
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
