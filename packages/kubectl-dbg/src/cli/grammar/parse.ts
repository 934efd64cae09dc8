import type { DbgError } from '../../model/failure.ts';
import { isTypeWord } from '../../targets/parse-target.ts';
import type { FlagTable } from './flag-table.ts';
import { debugTable, type Options } from './flags.ts';
import { nearest } from './nearest.ts';
import { PROGRAM_COMMANDS, subcommandOf, type Subcommand } from './subcommands.ts';
import type { FlagSpec } from './types.ts';
import { usage } from '../cli-error.ts';
import { HELP_REMEDY, setOption } from './values.ts';

/** A parsed command line. */
export interface ParsedArguments {
  /** `debug` unless the first word names another command. */
  command: Subcommand;
  /** Only flags on the command line. */
  options: Options;
  /** Long names of options from preferences, not from the command line. */
  defaulted: Set<string>;
  /** Targets as written (`web`, `pod/web`, `node/n1`); for other commands: their arguments. */
  targets: string[];
  /** The program to run and its arguments; empty: those of the image. */
  words: string[];
}

/** The grammar of one command. */
export interface CommandGrammar {
  /** The command's flags; default: those of debugging. */
  table?: FlagTable;
  /** Maximum number of arguments; default: any number. */
  words?: number;
}

/**
 * The command of a command line: its first word, or `debug`. With a program after `--` the word is a pod's name, unless
 * the command runs a program.
 */
export function commandOf(argv: readonly string[]): Subcommand {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return 'debug';
    if (word.startsWith('-') && word !== '-') {
      if (takesNextWord(debugTable, word)) at++;
      continue;
    }
    const command = subcommandOf(word);
    if (command === undefined) return 'debug';
    return hasDashes(debugTable, argv.slice(at + 1)) && !PROGRAM_COMMANDS.has(command) ? 'debug' : command;
  }
  return 'debug';
}

/**
 * Parses a command line by pflag's rules: flags and targets in any order up to the first `--`; shorthands may be combined
 * and have values; underscores count as dashes; the last value of a single-value flag wins.
 *
 * In addition to kubectl's form `TARGET... -- WORD...` it supports the proposal's: without any `--`, a word after a bare
 * pod name starts the command, and everything from there on belongs to it. Throws DbgError (usage).
 */
export function parse(argv: readonly string[], grammar: CommandGrammar = {}): ParsedArguments {
  const { table = debugTable } = grammar;
  const options: Options = {};
  const positional: string[] = [];
  const dashes = hasDashes(table, argv);
  const command = commandOf(argv);
  let words: string[] = [];
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (word === '--') {
      words = argv.slice(at + 1);
      break;
    }
    if (word.startsWith('--')) {
      at += readLong(table, options, word, argv[at + 1]);
    } else if (word.startsWith('-') && word !== '-') {
      at += readShorts(table, options, word, argv[at + 1]);
    } else {
      if (command === 'debug' && !dashes && beginsCommand(options, positional)) {
        refuseTypeAndName(positional[0], word);
        words = argv.slice(at);
        break;
      }
      positional.push(word);
      at++;
    }
  }
  const targets =
    command === 'debug'
      ? targetsOf(options, positional)
      : subcommandWords(command, positional, grammar.words);
  return { command, options, defaulted: new Set(), targets, words };
}

function subcommandWords(
  command: Exclude<Subcommand, 'debug'>,
  positional: readonly string[],
  most = Infinity,
): string[] {
  const words = positional.slice(1);
  if (words.length <= most) return words;
  throw usage(
    `"${command}" takes ${most === 0 ? 'no arguments' : most === 1 ? 'one argument' : `at most ${most} arguments`}`,
    `For a pod of that name, use pod/${command}`,
  );
}

/** Whether there is a `--` that ends the flags; a `--` as the value of a flag doesn't count. */
function hasDashes(table: FlagTable, argv: readonly string[]): boolean {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return true;
    if (takesNextWord(table, word)) at++;
  }
  return false;
}

function takesNextWord({ byName, byShort }: FlagTable, word: string): boolean {
  if (word.startsWith('--')) {
    const flag = word.includes('=') ? undefined : byName(word.slice(2));
    return flag !== undefined && needsValue(flag);
  }
  if (!word.startsWith('-')) return false;
  for (let index = 1; index < word.length; index++) {
    const flag = byShort(word.charAt(index));
    if (flag === undefined || word[index + 1] === '=') return false;
    if (needsValue(flag)) return index === word.length - 1;
  }
  return false;
}

/** A word after a bare pod name, or after the draft's `-p pod/NAME`, starts the command. */
function beginsCommand(options: Options, positional: readonly string[]): boolean {
  const [first] = positional;
  if (first === undefined) return namesPod(options.target);
  return positional.length === 1 && !first.includes('/') && !namesSelection(options);
}

/** `pod web` is far more often a mistake than a pod named "pod". */
function refuseTypeAndName(first: string | undefined, second: string): void {
  if (first === undefined || !isTypeWord(first)) return;
  throw usage(
    `"${first} ${second}" names no target`,
    `Write ${first}/${second} (a pod that is really called ${first} is written pod/${first} -- ${second})`,
  );
}

function namesSelection(options: Options): boolean {
  return options.filename !== undefined || options.selector !== undefined;
}

function namesPod(target: string | undefined): boolean {
  return target !== undefined && /^(pod|pods|po)\/./i.test(target);
}

/** The targets; the draft's `-p pod/NAME` is one, and then it does not name a container to target. */
function targetsOf(options: Options, positional: string[]): string[] {
  const { target } = options;
  if (target === undefined || !namesPod(target)) return positional;
  if (positional.length > 0) {
    throw usage(
      `-p ${target} names a pod, and ${positional.join(' ')} another target`,
      `Give the container's name with --target, or only one pod`,
    );
  }
  delete options.target;
  return [target];
}

/** Parses `--name`, `--name=value` or `--name value`; returns the number of words. */
function readLong(table: FlagTable, options: Options, word: string, next: string | undefined): number {
  const at = word.indexOf('=');
  const name = at < 0 ? word.slice(2) : word.slice(2, at);
  if (name === '' || name.startsWith('-')) {
    throw usage(`bad flag syntax: ${word}`, HELP_REMEDY);
  }
  const flag = table.byName(name);
  if (flag === undefined) throw unknownFlag(table, name);
  if (at >= 0) {
    setOption(options, flag, word.slice(at + 1));
    return 1;
  }
  if (!needsValue(flag)) {
    setOption(options, flag, flag.bare ?? 'true');
    return 1;
  }
  if (next === undefined) {
    throw usage(`flag needs an argument: --${name}`, HELP_REMEDY);
  }
  setOption(options, flag, next);
  return 2;
}

/** Parses one word of combined shorthands; returns the number of words. */
function readShorts(table: FlagTable, options: Options, word: string, next: string | undefined): number {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const rest = word.slice(index + 1);
    const flag = table.byShort(letter);
    if (flag === undefined) {
      throw usage(`unknown shorthand flag: '${letter}' in -${word.slice(index)}`, HELP_REMEDY);
    }
    if (rest.length > 1 && rest.startsWith('=')) {
      setOption(options, flag, rest.slice(1));
      return 1;
    }
    if (!needsValue(flag)) {
      setOption(options, flag, flag.bare ?? 'true');
      continue;
    }
    if (rest !== '') {
      setOption(options, flag, rest);
      return 1;
    }
    if (next === undefined) {
      throw usage(`flag needs an argument: '${letter}' in ${word}`, HELP_REMEDY);
    }
    setOption(options, flag, next);
    return 2;
  }
  return 1;
}

function needsValue(flag: FlagSpec): boolean {
  return flag.type !== 'bool' && flag.bare === undefined;
}

function unknownFlag(table: FlagTable, name: string): DbgError {
  return usage(`unknown flag: --${name}`, adviceFor(table, name));
}

function adviceFor({ flags, byName }: FlagTable, name: string): string {
  const negated = name.startsWith('no-') ? byName(name.slice(3)) : undefined;
  if (negated?.type === 'bool') return `Write --${negated.name}=false`;
  const near = nearest(
    name,
    flags.filter(({ inert }) => inert !== true).map((flag) => flag.name),
  );
  return near === undefined ? HELP_REMEDY : `Did you mean --${near}?`;
}
