import type { FlagSpec, FlagType, Pair } from './types.ts';

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

/** Value type of a row of a flag table. */
export type ValueOfFlag<F extends FlagSpec> = ValueOf[F['type'] & FlagType];

/** The flags on the command line, by the camel-cased names of a table's flags; absent: not given. */
export type OptionsOf<T extends readonly FlagSpec[]> = {
  [F in T[number] as Camel<F['name']>]?: ValueOfFlag<F>;
};

/** The flags of a command, by name. */
export interface FlagTable {
  readonly flags: readonly FlagSpec[];
  /** The flag with this long name; underscores count as dashes. */
  readonly byName: (name: string) => FlagSpec | undefined;
  /** The flag with this one-letter name. */
  readonly byShort: (short: string) => FlagSpec | undefined;
}

export function makeFlagTable(flags: readonly FlagSpec[]): FlagTable {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const byShort = new Map(
    flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag] as const])),
  );
  return {
    flags,
    byName: (name) => byName.get(name.replaceAll('_', '-')),
    byShort: (short) => byShort.get(short),
  };
}
