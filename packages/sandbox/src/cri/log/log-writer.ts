import { closeSync, fstatSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { entryPrefix, formatTimestamp, type LogStream } from './cri-line.ts';
import { LineAssembler } from './line-assembler.ts';

/** `containerLogMaxSize`: a larger log file is rotated. */
export const LOG_MAX_BYTES = 10 * 1024 * 1024;
/** `containerLogMaxFiles`: number of files kept for a log, including the current one. */
export const LOG_MAX_FILES = 5;

/**
 * Interval at which a follower of a log checks whether the container still runs; the log ends this much later than the
 * container.
 */
export const FOLLOW_CHECK_MS = 1000;

export interface LogLimits {
  maxBytes: number;
  maxFiles: number;
  /** How long a followed log stays open after the container's termination, in ms. */
  followEndMs: number;
}

/**
 * Writes a container's output to a log file in the CRI format, and rotates the file when it is too large.
 *
 * Writes are synchronous, so the log already has what attach clients receive.
 */
export class LogWriter {
  readonly path: string;
  #fd: number;
  #size: number;
  #generation = 0;
  #ended = false;
  readonly #now: () => number;
  readonly #limits: LogLimits;
  readonly #assemblers: Record<LogStream, LineAssembler>;
  readonly #listeners = new Set<() => void>();
  readonly #rotateListeners = new Set<() => void>();
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** `now` returns milliseconds since the epoch, with a fraction. */
  constructor(path: string, now: () => number, limits: LogLimits) {
    this.path = path;
    this.#now = now;
    this.#limits = limits;
    this.#fd = openSync(path, 'a', 0o640);
    this.#size = fstatSync(this.#fd).size;
    this.#assemblers = { stdout: this.#assembler('stdout'), stderr: this.#assembler('stderr') };
  }

  /** Number of rotations. */
  get generation(): number {
    return this.#generation;
  }

  /** Bytes in the current file. */
  get size(): number {
    return this.#size;
  }

  get followEndMs(): number {
    return this.#limits.followEndMs;
  }

  get ended(): boolean {
    return this.#ended;
  }

  write(stream: LogStream, chunk: Buffer): void {
    if (this.#ended) return;
    this.#assemblers[stream].write(chunk);
    this.#flush();
  }

  end(): void {
    if (this.#ended) return;
    this.#assemblers.stdout.end();
    this.#assemblers.stderr.end();
    this.#flush();
    this.#ended = true;
    closeSync(this.#fd);
    this.#tell();
  }

  /** Calls `listener` just before a rotation; returns the unsubscribe function. */
  onRotate(listener: () => void): () => void {
    this.#rotateListeners.add(listener);
    return () => this.#rotateListeners.delete(listener);
  }

  /** Calls `listener` after every change; returns the unsubscribe function. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rotates the file if it is too large, as the kubelet's log monitor does every ten seconds. */
  rotate(): void {
    if (this.#ended || this.#size <= this.#limits.maxBytes) return;
    for (const listener of this.#rotateListeners) listener();
    const stamp = new Date(this.#now()).toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
    // Two files rotated within a second would have the same name.
    renameSync(this.path, `${this.path}.${stamp.replace('T', '-')}.${this.#generation}`);
    closeSync(this.#fd);
    this.#fd = openSync(this.path, 'a', 0o640);
    this.#size = 0;
    this.#generation += 1;
    this.#discardOld();
    this.#tell();
  }

  #assembler(stream: LogStream): LineAssembler {
    return new LineAssembler((content, partial) => {
      const prefix = entryPrefix(formatTimestamp(this.#now()), stream, partial);
      this.#pending.push(Buffer.from(prefix, 'latin1'), content, NEWLINE);
      this.#pendingBytes += content.length;
      // A chunk may contain any number of lines; do not buffer all of them a second time.
      if (this.#pendingBytes > PENDING_MAX_BYTES) this.#flush();
    });
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    for (let offset = 0; offset < bytes.length;) offset += writeSync(this.#fd, bytes, offset);
    this.#size += bytes.length;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #discardOld(): void {
    const prefix = `${basename(this.path)}.`;
    const aside = readdirSync(dirname(this.path))
      .filter((name) => name.startsWith(prefix))
      .toSorted();
    for (const name of aside.slice(0, Math.max(0, aside.length - (this.#limits.maxFiles - 1)))) {
      rmSync(join(dirname(this.path), name), { force: true });
    }
  }
}

const NEWLINE = Buffer.from('\n');

/** Content that is buffered before it is written. */
const PENDING_MAX_BYTES = 1024 * 1024;
