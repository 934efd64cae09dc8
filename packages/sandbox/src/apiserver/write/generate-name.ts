import { randomInt } from 'node:crypto';

/** Without vowels and characters that look alike, so that suffixes are never words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** A name must stay a DNS label. */
const MAX_NAME_LENGTH = 63;

/** A name from `metadata.generateName`: the prefix and five random characters. */
export function generateName(base: string): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${base.slice(0, MAX_NAME_LENGTH - SUFFIX_LENGTH)}${suffix}`;
}
