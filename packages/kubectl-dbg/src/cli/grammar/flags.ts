import { copyFlags } from './flags-copy.ts';
import { debugFlags } from './flags-debug.ts';
import { globalFlags } from './flags-global.ts';
import type { FlagSpec, FlagType, Pair } from './types.ts';

const table = [...debugFlags, ...copyFlags, ...globalFlags] as const;

/** The one table of flags: parser, help, completion, reference page and the type of the options all read it. */
export const flags: readonly FlagSpec[] = table;

/** Long name of a flag, without dashes. */
export type FlagName = (typeof table)[number]['name'];

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

interface ValueOf {
  bool: boolean;
  string: string;
  int: number;
  list: string[];
  array: string[];
  pairs: Pair[];
}

/** Value type of the flag called N. */
export type FlagValue<N extends FlagName> = ValueOf[Extract<(typeof table)[number], { name: N }>['type'] &
  FlagType];

/** What was written on the command line, by the camel-cased names of the flags; absent: not written. */
export type Options = { [N in FlagName as Camel<N>]?: FlagValue<N> };

const byName = new Map(flags.map((flag) => [flag.name, flag]));
const byShort = new Map(
  flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag] as const])),
);

/** The flag of this long name; underscores count as dashes. */
export function flagByName(name: string): FlagSpec | undefined {
  return byName.get(name.replaceAll('_', '-'));
}

/** The flag of this one-letter name. */
export function flagByShort(short: string): FlagSpec | undefined {
  return byShort.get(short);
}

/** `image-pull-policy` to `imagePullPolicy`. */
export function optionKey(name: string): keyof Options {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Options;
}
