import { existsSync, readFileSync } from 'node:fs';
import type { PluginPolicy } from '../cluster/index.ts';
import { DbgError, ExitCode } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { World } from '../world.ts';
import type { DebugSettings } from './debug.ts';
import { describeFailure } from './failure.ts';
import { applyDefaults, kubercFile, parse, type ParsedArguments, staticText } from './grammar/index.ts';

/** First word of the command by which shells ask for completions, as kubectl's plugins have it. */
export const COMPLETE = '__complete';

/**
 * Runs one command line to its end and returns the exit code (docs/exit-codes.md). What a user can meet ends in one
 * line on stderr; whatever is thrown out of here is a bug.
 */
export async function run(
  argv: readonly string[],
  world: World,
  settings: DebugSettings = {},
): Promise<number> {
  try {
    if (argv[0] === COMPLETE) {
      const { runCompletion } = await import('./completion/run-completion.ts');
      return await runCompletion(argv.slice(1), world);
    }
    const { parsed, pluginPolicy } = await parseWithPreferences(argv, world);
    return await dispatch(parsed, { ...settings, pluginPolicy }, world);
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    const { sanitise } = await import('../sanitise.ts');
    world.stderr.write(`${sanitise(describeFailure(error))}\n`);
    return error.exitCode;
  }
}

async function dispatch(parsed: ParsedArguments, settings: DebugSettings, world: World): Promise<number> {
  const text = staticText(parsed, () => (world.stdout.isTTY === true ? world.stdout.columns : undefined));
  if (text !== undefined) {
    world.stdout.write(text);
    return ExitCode.ok;
  }
  if (parsed.command === 'version') {
    world.stdout.write(`kubectl-dbg ${VERSION}\n`);
    return ExitCode.ok;
  }
  const { debug } = await import('./debug.ts');
  return await debug(parsed, world, settings);
}

/** Takes the command line apart, with what the user's kuberc file says of aliases and defaults. */
async function parseWithPreferences(
  argv: readonly string[],
  world: World,
): Promise<{ parsed: ParsedArguments; pluginPolicy?: PluginPolicy }> {
  const file = kubercFile(writtenKuberc(argv), world.env, world.home);
  if (file === undefined || (!file.required && !existsSync(file.path))) return { parsed: parse(argv) };
  const { expandAlias, readKuberc } = await import('./grammar/kuberc.ts');
  const preferences = await readKuberc(readPreferences(file.path), file.path);
  const { argv: expanded, defaults } = expandAlias(argv, preferences);
  const parsed = parse(expanded);
  if (parsed.command === 'debug') applyDefaults(parsed, defaults);
  const { pluginPolicy } = preferences;
  return { parsed, ...(pluginPolicy === undefined ? {} : { pluginPolicy }) };
}

function readPreferences(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DbgError('configuration', `cannot read ${path}: ${code ?? message}`, {
      remedy: 'Correct --kuberc or KUBERC, or switch preferences off with KUBERC=off',
    });
  }
}

/** The value of `--kuberc`, which must be known before aliases can be replaced. */
function writtenKuberc(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const at = words.findIndex((word) => word === '--kuberc' || word.startsWith('--kuberc='));
  const word = words[at];
  if (word === undefined) return undefined;
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
}
