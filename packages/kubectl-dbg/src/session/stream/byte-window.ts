/** The newest part of a byte stream, addressed by position in the complete stream. */
export class ByteWindow {
  #bytes = Buffer.alloc(0);
  #offset = 0;
  #start: number;
  #end: number;

  constructor(start = 0) {
    this.#start = start;
    this.#end = start;
  }

  /** Position of the first kept byte. */
  get start(): number {
    return this.#start;
  }

  /** Position after the last byte: the current length of the stream. */
  get end(): number {
    return this.#end;
  }

  append(data: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (this.#offset + kept + data.length > this.#bytes.length) this.#grow(kept, data.length);
    this.#bytes.set(data, this.#offset + kept);
    this.#end += data.length;
  }

  /** Drops everything before `position`. */
  dropTo(position: number): void {
    const next = Math.min(Math.max(position, this.#start), this.#end);
    this.#offset += next - this.#start;
    this.#start = next;
    if (next === this.#end) this.#offset = 0;
  }

  /** Drops everything and continues `length` bytes later. */
  skip(length: number): void {
    this.#end += length;
    this.#start = this.#end;
    this.#offset = 0;
  }

  /** The kept bytes of [from, to): a view, valid until the next `append`. */
  slice(from: number, to: number = this.#end): Buffer {
    const begin = Math.max(from, this.#start) - this.#start + this.#offset;
    const stop = Math.min(to, this.#end) - this.#start + this.#offset;
    return this.#bytes.subarray(begin, Math.max(begin, stop));
  }

  #grow(kept: number, more: number): void {
    const needed = kept + more;
    // If half of the buffer is free, moving the kept bytes to the front is enough, so each byte is moved rarely.
    const target = needed * 2 <= this.#bytes.length ? this.#bytes : Buffer.allocUnsafe(needed * 2);
    this.#bytes.copy(target, 0, this.#offset, this.#offset + kept);
    this.#bytes = target;
    this.#offset = 0;
  }
}
