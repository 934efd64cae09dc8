import { readCsv } from './csv.ts';
import type { Pair } from './types.ts';

/** The pairs in one word, or the error. */
export type PairsOfWord = { pairs: Pair[] } | { error: string };

/**
 * Parses one `key=value` word like pflag's StringToString: with exactly one `=` the complete word is one pair, commas
 * included, and quotes at its ends are dropped; with more it is a list of comma-separated pairs.
 */
export function readPairs(word: string): PairsOfWord {
  const equalSigns = word.split('=').length - 1;
  if (equalSigns === 0) return { error: `${word} must be formatted as key=value` };
  const record = equalSigns === 1 ? { fields: [word.replace(/^"+|"+$/g, '')] } : readCsv(word);
  if ('error' in record) return record;
  const pairs: Pair[] = [];
  for (const field of record.fields) {
    const at = field.indexOf('=');
    if (at < 0) return { error: `${field} must be formatted as key=value` };
    pairs.push({ name: field.slice(0, at), value: field.slice(at + 1) });
  }
  return { pairs };
}

/** Adds pairs to a list in the order of the command line; a later value of a key replaces the earlier one. */
export function mergePairs(into: Pair[], pairs: readonly Pair[]): void {
  for (const pair of pairs) {
    const known = into.find(({ name }) => name === pair.name);
    if (known === undefined) into.push({ ...pair });
    else known.value = pair.value;
  }
}
