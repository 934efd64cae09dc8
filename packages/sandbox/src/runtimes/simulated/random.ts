import { createHash } from 'node:crypto';

/**
 * Chance that a seed decides: what a name draws depends on the seed and the name alone, not on who else drew before.
 */
export class Random {
  #state: number;

  constructor(...words: readonly (string | number)[]) {
    this.#state = digest(words).readUInt32LE(0);
  }

  /** A number from 0 up to, not including, 1. (The mulberry32 generator.) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** 64 hexadecimal digits, as container ids have, from a seed and names. */
export function seededId(...words: readonly (string | number)[]): string {
  return digest(words).toString('hex');
}

function digest(words: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(words)).digest();
}
