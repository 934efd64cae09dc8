import { kindOfWord, TYPE_WORDS } from '../../targets/parse-target.ts';
import { PROFILE_SUMMARIES } from '../present/profiles.ts';
import { flagByName, flagByShort, flags, parse, SUBCOMMANDS } from '../grammar/index.ts';
import type { FlagSpec, Options, ParsedArguments } from '../grammar/index.ts';
import { type Completion, Directive, type Offer } from './directive.ts';
import { SHELLS } from './scripts.ts';
import type { CompletionSource } from './source.ts';

/**
 * What to offer for the last of `words`, which are those after `kubectl dbg`; the last may be empty.
 * `kubectl_complete-dbg` and the shell scripts call this. Never throws.
 */
export async function complete(words: readonly string[], source: CompletionSource): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  // After -- there is a command of the debug container, whose programs are unknown here.
  if (before.includes('--')) return { offers: [], directive: Directive.usual };
  const waiting = flagAwaitingValue(before);
  const parsed = parsedSoFar(waiting === undefined ? before : before.slice(0, -1));
  try {
    if (waiting !== undefined) return await completeValue(waiting, current, parsed, source);
    if (current.startsWith('-')) return await completeFlag(current, parsed, source);
    return await completeWord(current, parsed, source);
  } catch {
    return { offers: [], directive: Directive.noFiles };
  }
}

const NOTHING: ParsedArguments = {
  command: 'debug',
  options: {},
  defaulted: new Set(),
  targets: [],
  words: [],
};

function parsedSoFar(words: readonly string[]): ParsedArguments {
  try {
    return parse(words);
  } catch {
    return NOTHING;
  }
}

/** The flag whose value is being completed, if the previous word is such a flag. */
function flagAwaitingValue(before: readonly string[]): FlagSpec | undefined {
  const last = before.at(-1);
  if (last === undefined || !last.startsWith('-') || last === '-' || last.includes('=')) return undefined;
  if (last.startsWith('--')) {
    const flag = flagByName(last.slice(2));
    return flag !== undefined && takesValue(flag) ? flag : undefined;
  }
  // Combined shorthands: only the last may take the next word, and only if none before it took the rest as its value.
  for (let index = 1; index < last.length; index++) {
    const flag = flagByShort(last.charAt(index));
    if (flag === undefined) return undefined;
    if (takesValue(flag)) return index === last.length - 1 ? flag : undefined;
  }
  return undefined;
}

function takesValue(flag: FlagSpec): boolean {
  return flag.type !== 'bool' && flag.bare === undefined;
}

async function completeFlag(
  current: string,
  parsed: ParsedArguments,
  source: CompletionSource,
): Promise<Completion> {
  const match = /^--([^=]+)=(.*)$/s.exec(current);
  if (match !== null) {
    const flag = flagByName(match[1] ?? '');
    if (flag === undefined) return { offers: [], directive: Directive.noFiles };
    return completeValue(flag, match[2] ?? '', parsed, source);
  }
  const offers = flags
    .filter(({ inert }) => inert !== true)
    .map((flag): Offer => ({ word: `--${flag.name}`, description: flag.help }))
    .filter(({ word }) => word.startsWith(current));
  return { offers, directive: Directive.noFiles };
}

async function completeValue(
  flag: FlagSpec,
  current: string,
  { options, targets }: ParsedArguments,
  source: CompletionSource,
): Promise<Completion> {
  if (flag.type === 'bool') return fitting(current, ['true', 'false']);
  const hint = flag.complete ?? 'none';
  switch (hint) {
    case 'file':
      return { offers: [], directive: Directive.usual };
    case 'manifest':
      return { offers: ['json', 'yaml', 'yml'].map((word) => ({ word })), directive: Directive.fileEndings };
    case 'none':
      return { offers: [], directive: Directive.noFiles };
    case 'profile':
      return profiles(current);
    case 'container':
      return fitting(current, await containersOf(targets[0], options, source));
    case 'namespace':
      return fitting(current, await source.namespaces(options));
    case 'node':
      return fitting(current, await source.names('Node', options));
    case 'context':
    case 'cluster':
    case 'user':
      return fitting(current, await source.kubeconfig(`${hint}s`, options));
    default:
      return fitting(current, hint);
  }
}

async function containersOf(
  target: string | undefined,
  options: Options,
  source: CompletionSource,
): Promise<string[]> {
  if (target === undefined) return [];
  const [type, name] = target.includes('/') ? target.split('/', 2) : ['pod', target];
  if (name === undefined || kindOfWord(type ?? '') !== 'Pod') return [];
  return source.containers(name, options);
}

async function completeWord(
  current: string,
  parsed: ParsedArguments,
  source: CompletionSource,
): Promise<Completion> {
  const { command, options, targets } = parsed;
  if (command === 'profiles') return targets.length === 0 ? profiles(current) : fitting(current, []);
  if (command === 'completion') return fitting(current, targets.length === 0 ? SHELLS : []);
  if (command === 'attach' || command === 'logs' || command === 'stop') {
    // Only stop takes several.
    if (targets.length > 0 && command !== 'stop') return fitting(current, []);
    const sessions = await source.sessions(options);
    return fitting(
      current,
      sessions.filter((word) => !targets.includes(word)),
    );
  }
  if (command === 'ls' && targets.length > 0) return fitting(current, []);
  if (command !== 'debug' && command !== 'ls') return fitting(current, []);
  const slash = current.indexOf('/');
  if (slash > 0) {
    const type = current.slice(0, slash);
    const kind = kindOfWord(type);
    if (kind === undefined) return fitting(current, []);
    const names = await source.names(kind, options);
    const others = names.map((name) => `${type}/${name}`).filter((word) => !targets.includes(word));
    return fitting(current, others);
  }
  // After a bare pod name there is a command; after TYPE/NAME there may be another target.
  if (targets.length > 0 && !targets.every((word) => word.includes('/'))) return fitting(current, []);
  const types = TYPE_WORDS.map((type) => `${type}/`);
  if (targets.length > 0) return withoutBlank(fitting(current, types));
  const pods = await source.names('Pod', options).catch((): string[] => []);
  const offers: Offer[] = [
    ...pods.map((word) => ({ word })),
    ...(command === 'ls' ? [] : Object.entries(SUBCOMMANDS)).map(([word, description]) => ({
      word,
      description,
    })),
    ...types.map((word) => ({ word })),
  ].filter(({ word }) => word.startsWith(current));
  return withoutBlank({ offers, directive: Directive.noFiles });
}

/** `TYPE/` must be continued: no blank after it, if it is the only offer. */
function withoutBlank({ offers, directive }: Completion): Completion {
  const open = offers.length > 0 && offers.every(({ word }) => word.endsWith('/'));
  return { offers, directive: open ? directive | Directive.noSpace : directive };
}

function profiles(current: string): Completion {
  const offers = Object.entries(PROFILE_SUMMARIES)
    .map(([word, description]) => ({ word, description }))
    .filter(({ word }) => word.startsWith(current));
  return { offers, directive: Directive.noFiles };
}

function fitting(current: string, words: readonly string[]): Completion {
  const offers = words.filter((word) => word.startsWith(current)).map((word) => ({ word }));
  return { offers, directive: Directive.noFiles };
}
