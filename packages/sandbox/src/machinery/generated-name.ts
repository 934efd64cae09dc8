/** Without vowels and look-alikes, so that no words come out. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** Characters as generated names have them; `random` gives numbers from 0 up to 1. */
export function randomSuffix(length = SUFFIX_LENGTH, random: () => number = Math.random): string {
  let suffix = '';
  for (let i = 0; i < length; i += 1) suffix += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return suffix;
}
