import type { LogOptions } from '../remote-process.ts';
import type { LogEntry } from './cri-line.ts';

const MS_PER_S = 1000;

/** Converts log entries to the response of the log endpoint, with since, timestamps and the byte limit applied. */
export class EntryFormatter {
  readonly #timestamps: boolean;
  readonly #since: number | undefined;
  #left: number;
  #lineStart = true;

  constructor(options: LogOptions, now: number = Date.now()) {
    this.#timestamps = options.timestamps;
    this.#left = options.limitBytes ?? Infinity;
    this.#since =
      options.sinceSeconds === undefined
        ? options.sinceTime?.getTime()
        : now - options.sinceSeconds * MS_PER_S;
  }

  /** The byte limit is reached. */
  get full(): boolean {
    return this.#left <= 0;
  }

  format(entry: LogEntry, output: Buffer[]): void {
    if (this.#since !== undefined && Date.parse(entry.timestamp) < this.#since) return;
    // Further pieces of a line follow without their own timestamps.
    if (this.#timestamps && this.#lineStart) this.#push(Buffer.from(`${entry.timestamp} `), output);
    this.#push(entry.content, output);
    if (!entry.partial) this.#push(NEWLINE, output);
    this.#lineStart = !entry.partial;
  }

  #push(bytes: Buffer, output: Buffer[]): void {
    if (this.#left <= 0 || bytes.length === 0) return;
    output.push(bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes);
    this.#left -= bytes.length;
  }
}

const NEWLINE = Buffer.from('\n');
