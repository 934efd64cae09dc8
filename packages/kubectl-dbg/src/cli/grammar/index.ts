export { flags, flagByName, flagByShort, optionKey } from './flags.ts';
export type { FlagName, FlagValue, Options } from './flags.ts';
export { parse } from './parse.ts';
export type { ParsedArguments } from './parse.ts';
export { SUBCOMMANDS } from './subcommands.ts';
export type { Subcommand } from './subcommands.ts';
export type { CompletionHint, FlagGroup, FlagSpec, FlagType, Pair } from './types.ts';
export { makeRequest } from './request.ts';
export type { RequestContext } from './request.ts';
