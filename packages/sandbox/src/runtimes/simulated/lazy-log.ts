import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { LogOptions } from '../../cri/remote-process.ts';
import type { LogStream } from '../../cri/log/cri-line.ts';
import { readLog } from '../../cri/log/log-reader.ts';
import { logTail } from '../../cri/log/log-tail.ts';
import { type LogLimits, LogWriter } from '../../cri/log/log-writer.ts';

/** A container's log whose file is created with the first byte or the first follower; most containers never need it. */
export class LazyLog {
  readonly #path: string;
  readonly #now: () => number;
  readonly #limits: LogLimits;
  #writer: LogWriter | undefined;
  #ended = false;

  constructor(path: string, now: () => number, limits: LogLimits) {
    this.#path = path;
    this.#now = now;
    this.#limits = limits;
  }

  write(stream: LogStream, chunk: Buffer): void {
    if (!this.#ended) this.#open().write(stream, chunk);
  }

  end(): void {
    this.#ended = true;
    this.#writer?.end();
  }

  rotate(): void {
    this.#writer?.rotate();
  }

  read(options: LogOptions, signal: AbortSignal): Readable {
    if (this.#writer === undefined && (this.#ended || !options.follow)) return Readable.from([]);
    const writer = this.#open();
    return readLog(this.#path, options, signal, this.#ended ? undefined : writer);
  }

  async tail(lines: number, bytes: number): Promise<string> {
    return this.#writer === undefined ? '' : logTail(this.#path, lines, bytes);
  }

  remove(): void {
    if (this.#writer !== undefined) rmSync(this.#path, { force: true });
  }

  #open(): LogWriter {
    if (this.#writer === undefined) {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#writer = new LogWriter(this.#path, this.#now, this.#limits);
    }
    return this.#writer;
  }
}
