/** The destination of a process's output; `write` resolves when it accepts more. */
export interface Sink {
  write(chunk: Buffer): Promise<void> | void;
}

/** The reader has closed the pipe: the writer is terminated by SIGPIPE. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

export const NOWHERE: Sink = { write() {} };

/** The capacity of a pipe on Linux. */
const PIPE_BYTES = 65_536;
const LF = 0x0a;

/** Bytes for a reader: a pipe, a stdin, a file. */
export class Pipe implements Sink {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** A closed pipe with this content. */
  static of(content: Buffer): Pipe {
    const pipe = new Pipe();
    void pipe.write(content);
    pipe.end();
    return pipe;
  }

  /** The number of unread bytes. */
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

  /** The reader gets an end of file once, and may continue to read, as after ctrl-D on a terminal. */
  endOnce(): void {
    this.#chunks.push(Buffer.alloc(0));
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The reader closes the pipe. */
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

  /** The next line with its newline, or the rest before the end; undefined at the end. */
  async readLine(signal: AbortSignal): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (;;) {
      const [first] = this.#chunks;
      const end = first?.indexOf(LF) ?? -1;
      const chunk = await this.read(signal, end < 0 ? Infinity : end + 1);
      if (chunk === undefined) return parts.length === 0 ? undefined : Buffer.concat(parts);
      // The chunk may contain a newline and more.
      const newline = chunk.indexOf(LF);
      if (newline >= 0 && newline < chunk.length - 1) {
        this.#chunks.unshift(chunk.subarray(newline + 1));
        this.#bytes += chunk.length - newline - 1;
      }
      parts.push(newline < 0 ? chunk : chunk.subarray(0, newline + 1));
      if (newline >= 0) return Buffer.concat(parts);
    }
  }

  /** Everything up to the end. */
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

/** Collects output in memory. */
export class Collector implements Sink {
  readonly chunks: Buffer[] = [];
  readonly #onWrite: (total: number) => void;
  #total = 0;

  /** @param onWrite called before each write with the new total in bytes; may throw */
  constructor(onWrite: (total: number) => void = () => {}) {
    this.#onWrite = onWrite;
  }

  write(chunk: Buffer): void {
    this.#total += chunk.length;
    this.#onWrite(this.#total);
    this.chunks.push(chunk);
  }

  /** As latin1, like all text in the shell. */
  text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
}
