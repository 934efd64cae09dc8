import { BLOCK, makeHeader, type NewHeader, padding } from './tar-format.ts';

/** Size of the pieces in which an archive is returned. */
const PIECE_BYTES = 256 * 1024;
/** An archive ends with two blocks of zeros. */
const END_BLOCKS = 2;

/** Assembles an archive in large pieces, whatever the size of its entries. */
export class TarWriter {
  #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;
  #full: Buffer[] = [];

  /** Adds a header; `size` bytes of content and their padding must follow. */
  header(header: NewHeader): void {
    this.bytes(makeHeader(header));
  }

  bytes(data: Uint8Array): void {
    for (let at = 0; at < data.length;) {
      const room = this.room();
      const part = data.subarray(at, at + room.length);
      room.set(part);
      this.filled(part.length);
      at += part.length;
    }
  }

  /** Adds zeros, at most `most`; returns how many. */
  zeros(most: number): number {
    const room = this.room().subarray(0, most);
    room.fill(0);
    this.filled(room.length);
    return room.length;
  }

  /** Adds the padding after content of this size. */
  pad(size: number): void {
    this.#zeros(padding(size));
  }

  end(): void {
    this.#zeros(END_BLOCKS * BLOCK);
  }

  #zeros(count: number): void {
    for (let left = count; left > 0;) left -= this.zeros(left);
  }

  /** The buffer for the next bytes: content can be read into it. */
  room(): Buffer {
    return this.#piece.subarray(this.#used);
  }

  /** This number of bytes was put there. */
  filled(count: number): void {
    this.#used += count;
    if (this.#used < PIECE_BYTES) return;
    this.#full.push(this.#piece);
    this.#piece = Buffer.allocUnsafe(PIECE_BYTES);
    this.#used = 0;
  }

  /** Returns the full pieces; with `all` also the last, partial one. */
  take(all = false): Buffer[] {
    const taken = this.#full;
    this.#full = [];
    if (!all || this.#used === 0) return taken;
    taken.push(this.#piece.subarray(0, this.#used));
    this.#piece = this.#piece.subarray(this.#used);
    this.#used = 0;
    return taken;
  }
}
