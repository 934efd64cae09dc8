import { createHash } from 'node:crypto';

/**
 * Random numbers that depend only on the seed and a name, not on the order of calls for other names.
 */
export class Random {
  #state: number;

  constructor(...words: readonly (string | number)[]) {
    this.#state = digest(words).readUInt32LE(0);
  }

  /** A number from 0 (inclusive) to 1 (exclusive), by mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** A container id, 64 hexadecimal digits, from a seed and names. */
export function seededId(...words: readonly (string | number)[]): string {
  return digest(words).toString('hex');
}

function digest(words: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(words)).digest();
}
