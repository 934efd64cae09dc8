import { DbgError } from '../../errors.ts';
import { isTypeWord } from '../../plan/resolve.ts';
import { flagByName, flagByShort, flags, type Options } from './flags.ts';
import { nearest } from './nearest.ts';
import { subcommandOf, type Subcommand } from './subcommands.ts';
import type { FlagSpec } from './types.ts';
import { usage } from './usage.ts';
import { HELP_REMEDY, setOption } from './values.ts';

/** A command line, taken apart. */
export interface ParsedArguments {
  /** `debug` unless the first word names another command. */
  command: Subcommand;
  /** Only what was written. */
  options: Options;
  /** Long names of options that come from preferences, not from the command line. */
  defaulted: Set<string>;
  /** Targets as written (`web`, `pod/web`, `node/n1`); for other commands: their words. */
  targets: string[];
  /** The program to run and its arguments; empty: the image's own. */
  words: string[];
}

/**
 * Takes a command line apart by pflag's rules: flags and targets in any order up to the first `--`; shorts may be
 * combined and carry values; underscores count as dashes; the last value of a single-value flag wins.
 *
 * Beside kubectl's form `TARGET... -- WORD...` it knows the proposal's: without any `--`, a word after a bare pod
 * name begins the command, and everything from there on belongs to it. Throws DbgError (usage).
 */
export function parse(argv: readonly string[]): ParsedArguments {
  const options: Options = {};
  const positional: string[] = [];
  const dashes = hasDashes(argv);
  let words: string[] = [];
  let command: Subcommand = 'debug';
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (word === '--') {
      words = argv.slice(at + 1);
      break;
    }
    if (word.startsWith('--')) {
      at += readLong(options, word, argv[at + 1]);
    } else if (word.startsWith('-') && word !== '-') {
      at += readShorts(options, word, argv[at + 1]);
    } else {
      const first = positional.length === 0;
      // A program after -- is run somewhere: then it is a pod of that name.
      if (first && !dashes) command = subcommandOf(word) ?? 'debug';
      if (first && command !== 'debug' && command === word) {
        at++;
        positional.push(word);
        continue;
      }
      if (command === 'debug' && !dashes && beginsCommand(options, positional)) {
        refuseTypeAndName(positional[0], word);
        words = argv.slice(at);
        break;
      }
      positional.push(word);
      at++;
    }
  }
  const targets = command === 'debug' ? targetsOf(options, positional) : subcommandWords(command, positional);
  return { command, options, defaulted: new Set(), targets, words };
}

function subcommandWords(command: Exclude<Subcommand, 'debug'>, positional: readonly string[]): string[] {
  const words = positional.slice(1);
  const most = command === 'profiles' || command === 'completion' ? 1 : 0;
  if (words.length <= most) return words;
  throw usage(
    `"${command}" takes ${most === 0 ? 'no words' : 'one word'}`,
    `For a pod of that name write pod/${command}`,
  );
}

/** Whether `--` ends the flags somewhere; a `--` that is a flag's value doesn't count. */
function hasDashes(argv: readonly string[]): boolean {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return true;
    if (takesNextWord(word)) at++;
  }
  return false;
}

function takesNextWord(word: string): boolean {
  if (word.startsWith('--')) {
    const flag = word.includes('=') ? undefined : flagByName(word.slice(2));
    return flag !== undefined && needsValue(flag);
  }
  if (!word.startsWith('-')) return false;
  for (let index = 1; index < word.length; index++) {
    const flag = flagByShort(word.charAt(index));
    if (flag === undefined || word[index + 1] === '=') return false;
    if (needsValue(flag)) return index === word.length - 1;
  }
  return false;
}

/** A word after a bare pod name, or after the draft's `-p pod/NAME`, begins the command. */
function beginsCommand(options: Options, positional: readonly string[]): boolean {
  const [first] = positional;
  if (first === undefined) return namesPod(options.target);
  return positional.length === 1 && !first.includes('/') && !namesSelection(options);
}

/** `pod web` is far more often a slip than a pod called "pod". */
function refuseTypeAndName(first: string | undefined, second: string): void {
  if (first === undefined || !isTypeWord(first)) return;
  throw new DbgError('usage', `"${first} ${second}" names no target`, {
    remedy: `Write ${first}/${second} (a pod that is really called ${first} is written pod/${first} -- ${second})`,
  });
}

function namesSelection(options: Options): boolean {
  return options.filename !== undefined || options.selector !== undefined;
}

function namesPod(target: string | undefined): boolean {
  return target !== undefined && /^(pod|pods|po)\/./i.test(target);
}

/** The targets; the draft's `-p pod/NAME` is one, and then no container is targeted by it. */
function targetsOf(options: Options, positional: string[]): string[] {
  const { target } = options;
  if (target === undefined || !namesPod(target)) return positional;
  if (positional.length > 0) {
    throw new DbgError('usage', `-p ${target} names a pod, and ${positional.join(' ')} another target`, {
      remedy: `Give the container's name with --target, or only one pod`,
    });
  }
  delete options.target;
  return [target];
}

/** Reads `--name`, `--name=value` or `--name value`; returns how many words it took. */
function readLong(options: Options, word: string, next: string | undefined): number {
  const at = word.indexOf('=');
  const name = at < 0 ? word.slice(2) : word.slice(2, at);
  if (name === '' || name.startsWith('-')) {
    throw new DbgError('usage', `bad flag syntax: ${word}`, { remedy: HELP_REMEDY });
  }
  const flag = flagByName(name);
  if (flag === undefined) throw unknownFlag(name);
  if (at >= 0) {
    setOption(options, flag, word.slice(at + 1));
    return 1;
  }
  if (!needsValue(flag)) {
    setOption(options, flag, flag.bare ?? 'true');
    return 1;
  }
  if (next === undefined) {
    throw new DbgError('usage', `flag needs an argument: --${name}`, { remedy: HELP_REMEDY });
  }
  setOption(options, flag, next);
  return 2;
}

/** Reads one word of combined shorts; returns how many words it took. */
function readShorts(options: Options, word: string, next: string | undefined): number {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const rest = word.slice(index + 1);
    const flag = flagByShort(letter);
    if (flag === undefined) {
      throw new DbgError('usage', `unknown shorthand flag: '${letter}' in -${word.slice(index)}`, {
        remedy: HELP_REMEDY,
      });
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
      throw new DbgError('usage', `flag needs an argument: '${letter}' in ${word}`, { remedy: HELP_REMEDY });
    }
    setOption(options, flag, next);
    return 2;
  }
  return 1;
}

function needsValue(flag: FlagSpec): boolean {
  return flag.type !== 'bool' && flag.bare === undefined;
}

function unknownFlag(name: string): DbgError {
  return new DbgError('usage', `unknown flag: --${name}`, { remedy: adviceFor(name) });
}

function adviceFor(name: string): string {
  const negated = name.startsWith('no-') ? flagByName(name.slice(3)) : undefined;
  if (negated?.type === 'bool') return `Write --${negated.name}=false`;
  const near = nearest(
    name,
    flags.filter(({ inert }) => inert !== true).map((flag) => flag.name),
  );
  return near === undefined ? HELP_REMEDY : `Did you mean --${near}?`;
}
