import { createHash } from 'node:crypto';
import { closeSync, write } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeDirectory, makeOwnDirectory } from '../../base/make-directory.ts';
import { openPrivateFile } from '../../base/private-file.ts';

const writePiece = promisify(write);

/** The kept part of one output. */
export interface KeptOutput {
  /** Its beginning, as text. */
  text: string;
  bytes: number;
  lines: number;
  sha256: string;
  /** There was more than `text` (and the file, if any) contains. */
  truncated: boolean;
  /** Relative to the directory of the run. */
  file?: string;
}

const LF = 0x0a;

/** Counts and hashes an output; keeps its beginning in memory, and writes all of it to a file if there is a directory. */
export class OutputSink {
  readonly #limit: number;
  #file: { directory: string; path: string } | undefined;
  readonly #hash = createHash('sha256');
  readonly #kept: Buffer[] = [];
  #descriptor: number | undefined;
  #size = 0;
  #bytes = 0;
  #lines = 0;
  #last = LF;

  /**
   * @param limit bytes to keep in memory
   * @param file destination of the complete output: the directory of the run, and the path in it
   */
  constructor(limit: number, file?: { directory: string; path: string }) {
    this.#limit = limit;
    this.#file = file;
  }

  async write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    this.#last = chunk.at(-1) ?? LF;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) this.#lines += 1;
    const room = this.#limit - this.#size;
    if (room > 0) {
      const part = Buffer.from(chunk.subarray(0, room));
      this.#kept.push(part);
      this.#size += part.length;
    }
    const descriptor = this.#open();
    if (descriptor === undefined) return;
    try {
      for (let at = 0; at < chunk.length;)
        at += (await writePiece(descriptor, chunk, at, chunk.length - at, null)).bytesWritten;
    } catch (error) {
      throw new NotKept(`its output can't be written: ${(error as Error).message}`, { cause: error });
    }
  }

  #open(): number | undefined {
    if (this.#file === undefined) return undefined;
    try {
      return (this.#descriptor ??= openPrivate(this.#file));
    } catch (error) {
      // Not retried, and not named in the result.
      this.#file = undefined;
      throw new NotKept(`its output can't be written: ${(error as Error).message}`, { cause: error });
    }
  }

  /**
   * Closes the file; nothing may be written after this. Never throws: an empty output without a file is known all the
   * same.
   */
  async end(): Promise<KeptOutput> {
    try {
      const descriptor = this.#open();
      if (descriptor !== undefined) closeSync(descriptor);
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
    }
    return {
      text: Buffer.concat(this.#kept).toString('utf8'),
      bytes: this.#bytes,
      lines: this.#lines + (this.#last === LF ? 0 : 1),
      sha256: this.#hash.digest('hex'),
      truncated: this.#file === undefined && this.#bytes > this.#size,
      ...(this.#file === undefined ? {} : { file: this.#file.path }),
    };
  }
}

/** Thrown if the file can't be written. The part in memory is still available. */
export class NotKept extends Error {
  override readonly name = 'NotKept';
}

/** Below the run's directory, without following links: others may have write access to that directory. */
function openPrivate({ directory, path }: { directory: string; path: string }): number {
  makeDirectory(directory);
  const above = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= above.length; depth += 1)
    makeOwnDirectory(join(directory, ...above.slice(0, depth)));
  return openPrivateFile(join(directory, path));
}
