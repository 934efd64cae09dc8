/** Without vowels and characters that look alike, so that suffixes are never words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** The random suffix of a generated name. `random` returns numbers from 0 (inclusive) to 1 (exclusive). */
export function randomSuffix(length = SUFFIX_LENGTH, random: () => number = Math.random): string {
  let suffix = '';
  for (let i = 0; i < length; i += 1) suffix += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return suffix;
}
