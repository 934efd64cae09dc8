import { ByteWindow } from './byte-window.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Counting each newline of a flood would cost more than it helps. */
export const COUNTED_NEWLINES = 100;

/**
 * One channel of one attach, in the form of the log: the log drops one carriage return before each newline. Positions
 * count from the attach's first byte in that form; `raw` returns the original bytes.
 */
export class ChannelBuffer {
  readonly #window = new ByteWindow();
  /** Positions of the kept newlines that had a carriage return. */
  #returns: number[] = [];
  #heldReturn = false;
  #afterNewline = 0;
  #newlines = 0;
  #firstLine = 0;
  #keep = Infinity;
  #counted = 0;

  /** Current length; a carriage return at the very end is not counted before the next byte is known. */
  get length(): number {
    return this.#counted;
  }

  /** Length, taking a carriage return at the end as final. */
  get finalLength(): number {
    return this.#counted + (this.#heldReturn ? 1 : 0);
  }

  /** Whether the newest byte is a carriage return that is not yet counted. */
  get endsInReturn(): boolean {
    return this.#heldReturn;
  }

  /** Position of the first kept byte. */
  get start(): number {
    return this.#window.start;
  }

  get hasNewline(): boolean {
    return this.#newlines > 0;
  }

  /** Number of newlines; at most COUNTED_NEWLINES are counted. */
  get newlines(): number {
    return this.#newlines;
  }

  /** Length of the first line without its newline; 0 while it is unfinished. */
  get firstLine(): number {
    return this.#firstLine;
  }

  /** Position after the last newline; 0 if there is none. */
  get afterNewline(): number {
    return this.#afterNewline;
  }

  /** Carriage returns after `from` in the kept bytes that the log does not have. */
  returnsFrom(from: number): number {
    return this.#returns.length - lowerBound(this.#returns, from);
  }

  append(raw: Uint8Array): void {
    const view = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    let from = 0;
    if (this.#heldReturn && view.length > 0) {
      this.#heldReturn = false;
      if (view[0] === LF) this.#noteReturn(this.#counted);
      else this.#store(Buffer.of(CR));
    }
    for (let at = view.indexOf(CR); at !== -1; at = view.indexOf(CR, at + 1)) {
      if (at === view.length - 1) {
        this.#store(view.subarray(from, at));
        this.#heldReturn = true;
        return;
      }
      if (view[at + 1] !== LF) continue;
      this.#store(view.subarray(from, at));
      this.#noteReturn(this.#counted);
      from = at + 1;
    }
    this.#store(view.subarray(from));
  }

  /** Normalised bytes of [from, to): a view. */
  slice(from: number, to?: number): Buffer {
    return this.#window.slice(from, to);
  }

  /** All original bytes from `from` on, including carriage returns. */
  raw(from: number, to: number = this.#counted): Buffer {
    const parts: Uint8Array[] = [];
    let at = from;
    for (let next = lowerBound(this.#returns, from); next < this.#returns.length; next += 1) {
      const newline = this.#returns[next] ?? 0;
      if (newline >= to) break;
      parts.push(this.#window.slice(at, newline), Buffer.of(CR));
      at = newline;
    }
    parts.push(this.#window.slice(at, to));
    if (this.#heldReturn && to === this.#counted) parts.push(Buffer.of(CR));
    return Buffer.concat(parts);
  }

  /** The last bytes, including a carriage return at the very end. */
  tail(length: number): Buffer {
    const kept = this.slice(this.#counted - length);
    return this.#heldReturn ? Buffer.concat([kept, Buffer.of(CR)]) : Buffer.from(kept);
  }

  /** Drops everything before `position`. */
  dropTo(position: number): void {
    this.#window.dropTo(position);
    this.#returns = this.#returns.slice(lowerBound(this.#returns, this.#window.start));
  }

  /** From now on keeps only the last bytes, to compare with the log. */
  keepOnly(length: number): void {
    this.#keep = length;
    this.dropTo(this.#counted - length);
  }

  #noteReturn(newline: number): void {
    if (this.#keep === Infinity) this.#returns.push(newline);
  }

  #countNewlines(data: Buffer, last: number): void {
    let at = last;
    while (at !== -1 && this.#newlines < COUNTED_NEWLINES) {
      this.#newlines += 1;
      at = at === 0 ? -1 : data.lastIndexOf(LF, at - 1);
    }
  }

  #store(data: Buffer): void {
    if (data.length === 0) return;
    const newline = data.lastIndexOf(LF);
    if (newline !== -1) {
      if (this.#newlines === 0) this.#firstLine = this.#counted + data.indexOf(LF);
      this.#countNewlines(data, newline);
      this.#afterNewline = this.#counted + newline + 1;
    }
    this.#counted += data.length;
    if (data.length > this.#keep) this.#window.skip(data.length - this.#keep);
    this.#window.append(data.length > this.#keep ? data.subarray(data.length - this.#keep) : data);
    if (this.#keep !== Infinity) this.#window.dropTo(this.#counted - this.#keep);
  }
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
