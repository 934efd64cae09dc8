import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { TooLong } from './read-limited.ts';

/** Thrown for a path that is not a file with an end. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile';
}

/** Configuration is never larger. */
const LIMIT_BYTES = 16 * 1024 * 1024;

const PIECE_BYTES = 64 * 1024;

/** Windows has no such flag, and no such files. */
const { O_NONBLOCK }: Partial<typeof constants> = constants;

/** Opens a file for reading; a FIFO without a writer does not block the process. */
export const READ = constants.O_RDONLY | (O_NONBLOCK ?? 0);

/**
 * Reads a small file synchronously, which is faster at start-up. A path in somebody else's configuration may name
 * anything: a pipe, which would block the process, including signals, is refused with NotAFile, and endless files
 * (/dev/zero) with TooLong. The system's errors are thrown unchanged.
 */
export function readFileAtOnce(path: string, limit = LIMIT_BYTES): Buffer {
  const file = openSync(path, READ);
  try {
    const stats = fstatSync(file);
    // Many use /dev/null for "none".
    if (!stats.isFile() && !stats.isCharacterDevice() && !stats.isDirectory()) {
      throw new NotAFile('it is not a regular file');
    }
    return readToEnd(file, limit);
  } finally {
    closeSync(file);
  }
}

/**
 * Like `readFileAtOnce`, but also reads a pipe such as `<(command)`, without blocking the process. All files that the
 * user names are read like this: Node's own asynchronous reads wait in a thread, which would keep the process from
 * exiting.
 */
export async function readFileOrPipe(path: string, limit = LIMIT_BYTES): Promise<Buffer> {
  const file = openSync(path, READ);
  let isOurs = true;
  try {
    if (!fstatSync(file).isFIFO()) return readToEnd(file, limit);
    const first = readIfReady(file);
    // Nobody has it open for writing; waiting for a writer could take for ever.
    if (first?.length === 0) return first;
    const [{ Socket }, { readLimited }] = await Promise.all([
      import('node:net'),
      import('./read-limited.ts'),
    ]);
    const pipe = new Socket({ fd: file, readable: true, writable: false });
    // It closes the file itself.
    isOurs = false;
    const rest = await readLimited(pipe, limit);
    return first === undefined ? Buffer.from(rest) : Buffer.concat([first, rest]);
  } finally {
    if (isOurs) closeSync(file);
  }
}

/** The available data of a pipe: empty at its end, undefined if its writer has written nothing yet. */
function readIfReady(pipe: number): Buffer | undefined {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  try {
    return piece.subarray(0, readSync(pipe, piece, 0, PIECE_BYTES, null));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

function readToEnd(file: number, limit: number): Buffer {
  const pieces: Buffer[] = [];
  let size = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = readSync(file, piece, 0, PIECE_BYTES, null);
    if (length === 0) return Buffer.concat(pieces);
    size += length;
    if (size > limit) throw new TooLong(`it is larger than ${limit / 2 ** 20} MiB`);
    pieces.push(piece.subarray(0, length));
  }
}
