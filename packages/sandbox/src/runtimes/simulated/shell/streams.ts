/** Where a process's output goes; `write` resolves when more may come. */
export interface Sink {
  write(chunk: Buffer): Promise<void> | void;
}

/** Whoever reads from this has gone: the writer is ended by SIGPIPE. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

export const NOWHERE: Sink = { write() {} };

/** What a pipe holds before its writer must wait (Linux). */
const PIPE_BYTES = 65_536;
const LF = 0x0a;

/** Bytes on their way to a reader: a pipe, a stdin, a file. */
export class Pipe implements Sink {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** A pipe that holds just this. */
  static of(content: Buffer): Pipe {
    const pipe = new Pipe();
    void pipe.write(content);
    pipe.end();
    return pipe;
  }

  /** What was written and not yet read, in bytes. */
  get length(): number {
    return this.#bytes;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#closed) throw new BrokenPipe('Broken pipe');
    if (this.#ended || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake();
    while (this.#bytes > PIPE_BYTES && !this.#ended && !this.#closed) await this.#change();
  }

  /** The reader sees an end once, and may read on: what ctrl-D is on a terminal. */
  endOnce(): void {
    this.#chunks.push(Buffer.alloc(0));
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The reader goes away. */
  close(): void {
    this.#closed = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wake();
  }

  /** The next bytes, at most `limit` of them; undefined at the end. */
  async read(signal: AbortSignal, limit = Infinity): Promise<Buffer | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#ended || this.#closed) return undefined;
      await this.#change(signal);
    }
    const [first = Buffer.alloc(0)] = this.#chunks;
    if (first.length === 0) {
      this.#chunks.shift();
      return undefined;
    }
    const taken = first.subarray(0, limit);
    if (taken.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(limit);
    this.#bytes -= taken.length;
    this.#wake();
    return taken;
  }

  /** The next line with its newline, or what is left before the end; undefined at the end. */
  async readLine(signal: AbortSignal): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (;;) {
      const [first] = this.#chunks;
      const end = first?.indexOf(LF) ?? -1;
      const chunk = await this.read(signal, end < 0 ? Infinity : end + 1);
      if (chunk === undefined) return parts.length === 0 ? undefined : Buffer.concat(parts);
      // What came while this waited may hold a newline and more.
      const newline = chunk.indexOf(LF);
      if (newline >= 0 && newline < chunk.length - 1) {
        this.#chunks.unshift(chunk.subarray(newline + 1));
        this.#bytes += chunk.length - newline - 1;
      }
      parts.push(newline < 0 ? chunk : chunk.subarray(0, newline + 1));
      if (newline >= 0) return Buffer.concat(parts);
    }
  }

  /** All up to the end. */
  async readAll(signal: AbortSignal): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (let chunk = await this.read(signal); chunk !== undefined; chunk = await this.read(signal)) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  async #change(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(wake);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

/** Keeps what is written. */
export class Collector implements Sink {
  readonly chunks: Buffer[] = [];
  readonly #onWrite: (total: number) => void;
  #total = 0;

  /** @param onWrite called with the bytes held so far, before more are; may throw */
  constructor(onWrite: (total: number) => void = () => {}) {
    this.#onWrite = onWrite;
  }

  write(chunk: Buffer): void {
    this.#total += chunk.length;
    this.#onWrite(this.#total);
    this.chunks.push(chunk);
  }

  /** In bytes-as-characters, as the shell keeps its words. */
  text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
}
