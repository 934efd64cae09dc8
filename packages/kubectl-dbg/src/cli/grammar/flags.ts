import { copyFlags } from './flags-copy.ts';
import { debugFlags } from './flags-debug.ts';
import { globalFlags } from './flags-global.ts';
import { makeFlagTable, type OptionsOf, type ValueOfFlag } from './flag-table.ts';
import type { FlagSpec } from './types.ts';

const table = [...debugFlags, ...copyFlags, ...globalFlags] as const;

/** The only table of the flags of debugging, for parser, help, completion, reference page and the type of the options. */
export const flags: readonly FlagSpec[] = table;

/** The same, by name. */
export const debugTable = makeFlagTable(table);

/** Long name of a flag, without dashes. */
export type FlagName = (typeof table)[number]['name'];

/** Value type of the flag N. */
export type FlagValue<N extends FlagName> = ValueOfFlag<Extract<(typeof table)[number], { name: N }>>;

/** The flags on the command line, by their camel-cased names; absent: not given. */
export type Options = OptionsOf<typeof table>;

/** The options of every command. */
export type GlobalOptions = OptionsOf<typeof globalFlags>;

/** The flag with this long name; underscores count as dashes. */
export const flagByName = debugTable.byName;

/** The flag with this one-letter name. */
export const flagByShort = debugTable.byShort;

/** `image-pull-policy` to `imagePullPolicy`. */
export function optionKey(name: string): keyof Options {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Options;
}
