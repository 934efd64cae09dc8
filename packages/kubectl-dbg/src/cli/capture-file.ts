import { close, existsSync, fstatSync, ftruncateSync, rmSync, write } from 'node:fs';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { CliError } from './cli-error.ts';
import { openFile } from './output-file.ts';

/**
 * A private file for packets. If it can't be written, that is reported at once, but it is truncated only at the first
 * packets: a capture that never begins changes nothing, and leaves no new file.
 */
export class CaptureFile {
  readonly output: Writable;
  readonly #path: string;
  readonly #file: number;
  readonly #isNew: boolean;
  #begun = false;

  constructor(path: string) {
    this.#path = path;
    this.#isNew = !existsSync(path);
    this.#file = openFile(path, '--write', 'append');
    this.output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        try {
          // A connection's first message is empty.
          if (chunk.length > 0) this.#begin();
        } catch (error) {
          done(error as Error);
          return;
        }
        this.#write(chunk, done);
      },
      destroy: (error, done) => {
        // While it is open: the path still refers to this file, unless somebody has replaced it.
        if (this.#isNew && fstatSync(this.#file).size === 0) rmSync(path, { force: true });
        close(this.#file, (closing) => done(error ?? closing));
      },
    });
  }

  /** Writes the rest, and closes it. Throws DbgError (lost). */
  async end(): Promise<void> {
    this.output.end();
    await finished(this.output).catch((error: Error) => {
      const words = `cannot write ${this.#path}: ${error.message}`;
      throw new CliError('lost', 'OutputFailed', words, undefined, error);
    });
  }

  #begin(): void {
    if (!this.#begun) ftruncateSync(this.#file);
    this.#begun = true;
  }

  #write(bytes: Buffer, done: (error?: Error | null) => void): void {
    write(this.#file, bytes, (error, written) => {
      if (error === null && written < bytes.length) this.#write(bytes.subarray(written), done);
      else done(error);
    });
  }
}
