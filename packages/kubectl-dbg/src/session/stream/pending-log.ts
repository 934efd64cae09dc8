import { ByteWindow } from './byte-window.ts';

const LF = 0x0a;

/** The log, and how much of the output was written from it or from attach. */
export class PendingLog {
  readonly window = new ByteWindow();
  /** Position up to which the output was written. */
  written = 0;
  #afterNewline = 0;
  #arrivals: { end: number; at: number }[] = [];

  /**
   * Bytes of the log after its last newline: complete pieces of a long line, or all of it after the process has exited.
   */
  get openLine(): number {
    return this.window.end - this.#afterNewline;
  }

  push(data: Uint8Array, now: number): void {
    const newline = data.lastIndexOf(LF);
    if (newline !== -1) this.#afterNewline = this.window.end + newline + 1;
    this.window.append(data);
    const last = this.#arrivals.at(-1);
    if (last?.at === now) last.end = this.window.end;
    else this.#arrivals.push({ end: this.window.end, at: now });
  }

  /** When the oldest waiting byte arrived. */
  get oldest(): number | undefined {
    this.#forgetWritten();
    return this.#arrivals[0]?.at;
  }

  /**
   * Takes what has waited for `hold`, and what exceeds `limit`; with `lines`, only up to the end of a line, if there is
   * one.
   */
  due(now: number, hold: number, limit: number, lines: boolean): Buffer {
    this.#forgetWritten();
    let end = Math.max(this.written, this.window.end - limit);
    for (const arrival of this.#arrivals) {
      if (arrival.at + hold > now) break;
      end = Math.max(end, arrival.end);
    }
    if (lines && end > this.written) {
      const waiting = this.window.slice(this.written, end);
      const newline = waiting.lastIndexOf('\n');
      if (newline !== -1) end = this.written + newline + 1;
    }
    return this.take(end);
  }

  /** Takes the unwritten bytes up to `end`. */
  take(end: number): Buffer {
    if (end <= this.written) return Buffer.alloc(0);
    const data = Buffer.from(this.window.slice(this.written, end));
    this.written = end;
    return data;
  }

  #forgetWritten(): void {
    while ((this.#arrivals[0]?.end ?? Infinity) <= this.written) this.#arrivals.shift();
  }
}
