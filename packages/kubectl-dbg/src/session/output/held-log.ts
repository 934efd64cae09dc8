import { ByteWindow } from './byte-window.ts';

const LF = 0x0a;

/** The log, and how much of the output has been written from it or from attach. */
export class HeldLog {
  readonly window = new ByteWindow();
  /** Position up to which the output has been written. */
  written = 0;
  #afterNewline = 0;
  #arrivals: { end: number; at: number }[] = [];

  /** Bytes of the log after its last newline: full pieces of a long line, or all of it once the process has ended. */
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

  /** When the oldest byte that waits came. */
  get oldest(): number | undefined {
    this.#forgetWritten();
    return this.#arrivals[0]?.at;
  }

  /** Takes what has waited for `hold`, and what is more than `limit`; only up to a line's end, where there is one and `lines` says so. */
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

  /** Takes what has not been written up to `end`. */
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
