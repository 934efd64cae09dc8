import type { DbgError } from '../../model/failure.ts';
import { readCsv } from './csv.ts';
import { optionKey, type Options } from './flags.ts';
import { mergePairs, readPairs } from './pairs.ts';
import { quote } from './quote.ts';
import type { FlagSpec, Pair } from './types.ts';
import { usage } from '../cli-error.ts';

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** A flag's value, or the error in pflag's words. */
type Read = { value: Options[keyof Options] } | { error: string };

/**
 * Parses `text` as the value of `flag` and stores it in `options`, in addition to earlier uses of the flag. Throws
 * DbgError (usage) in kubectl's words.
 */
export function setOption(options: Options, flag: FlagSpec, text: string): void {
  const key = optionKey(flag.name);
  const read = readValue(flag, text, options[key]);
  if ('error' in read) throw invalidArgument(flag, text, read.error);
  Object.assign(options, { [key]: read.value });
}

/** The error for an invalid value of a flag. */
function invalidArgument(flag: FlagSpec, text: string, why: string): DbgError {
  const shown = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  return usage(`invalid argument ${quote(text)} for "${shown}" flag: ${why}`, HELP_REMEDY);
}

/** The remedy for an invalid command line. */
export const HELP_REMEDY = "See 'kubectl dbg --help'";

function readValue(flag: FlagSpec, text: string, before: Options[keyof Options]): Read {
  switch (flag.type) {
    case 'string':
      return { value: text };
    case 'bool':
      if (TRUE.has(text)) return { value: true };
      if (FALSE.has(text)) return { value: false };
      return { error: `strconv.ParseBool: parsing ${quote(text)}: invalid syntax` };
    case 'int':
      if (/^[+-]?\d+$/.test(text)) return { value: Number(text) };
      return { error: `strconv.ParseInt: parsing ${quote(text)}: invalid syntax` };
    case 'array':
      return { value: [...((before as string[] | undefined) ?? []), text] };
    case 'list': {
      // An empty value adds nothing, as in pflag.
      const record = text === '' ? { fields: [] } : readCsv(text);
      if ('error' in record) return record;
      return { value: [...((before as string[] | undefined) ?? []), ...record.fields] };
    }
    case 'pairs': {
      const read = readPairs(text);
      if ('error' in read) return read;
      const pairs: Pair[] = ((before as Pair[] | undefined) ?? []).map((pair) => ({ ...pair }));
      mergePairs(pairs, read.pairs);
      return { value: pairs };
    }
  }
}
