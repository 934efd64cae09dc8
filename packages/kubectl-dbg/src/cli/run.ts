import { abortable } from '../base/abortable.ts';
import type { PluginPolicy } from '../cluster/index.ts';
import { DbgError, ExitCode } from '../model/failure.ts';
import { exitCodeOfInterruption, Interrupted, interruptionOf, OutputFailed } from '../model/interruption.ts';
import type { World } from '../model/world.ts';
import { CreatedObjects } from '../operations/debug/created-objects.ts';
import type { Command, CommandSettings, RunSettings } from './commands/command.ts';
import { loadCommand } from './commands/registry.ts';
import { columnsOf } from './columns.ts';
import { commandSignal } from './interrupt.ts';
import {
  applyDefaults,
  commandOf,
  type GlobalOptions,
  makeFlagTable,
  parse,
  type ParsedArguments,
  renderCommandHelp,
} from './grammar/index.ts';
import { readPreferences } from './preferences.ts';
import { sentence } from './present/sentence.ts';
import { CliError } from './cli-error.ts';

/** First word of the command that shells call for completions, as in kubectl's plugins. */
export const COMPLETE = '__complete';

/**
 * Runs one command line to its end and returns the exit code (docs/exit-codes.md). Failures that a user can meet become
 * one line on stderr; any exception from here is a bug. However the command ends, the objects that it created are
 * deleted, or named.
 */
export async function run(
  argv: readonly string[],
  world: World,
  settings: RunSettings = {},
): Promise<number> {
  const command = commandSignal(world);
  const { signal, abort, onInterrupt } = command;
  const created = new CreatedObjects();
  let flags: GlobalOptions = {};
  const work = runCommand(
    argv,
    world,
    { ...settings, signal, abort, onInterrupt, created },
    (parsed) => (flags = parsed),
  );
  try {
    const code = await Promise.race([work, command.leave.then(() => undefined)]);
    if (code === undefined) await nameRemaining(created, flags, world);
    return await codeOf(signal, code, flags, world);
  } catch (error) {
    if (signal.aborted) return await codeOf(signal, undefined, flags, world);
    if (!(error instanceof DbgError)) throw error;
    return await fail(error, flags, world);
  } finally {
    work.catch(() => undefined);
    command.release();
    const interruption = interruptionOf(signal);
    if (interruption instanceof Interrupted) settings.interrupted?.(interruption.signal);
  }
}

/** The exit code, which depends on what stopped the command. Throws an error that nobody has caught. */
async function codeOf(
  signal: AbortSignal,
  code: number | undefined,
  flags: GlobalOptions,
  world: World,
): Promise<number> {
  if (!signal.aborted) return code ?? ExitCode.ok;
  const interruption = interruptionOf(signal);
  if (interruption === undefined) throw signal.reason;
  if (interruption instanceof OutputFailed) {
    return await fail(
      new CliError('lost', 'OutputFailed', interruption.message, OUTPUT_REMEDY),
      flags,
      world,
    );
  }
  return exitCodeOfInterruption(interruption);
}

const OUTPUT_REMEDY = 'What was written is incomplete';

/** Shows a failure; returns its exit code. */
async function fail(error: DbgError, flags: GlobalOptions, world: World): Promise<number> {
  const { sanitise } = await import('../base/sanitise.ts');
  world.stderr.write(`${sanitise(await lineOf(error, flags, world))}\n`);
  return error.exitCode;
}

/** The messages of the command line itself are loaded; those of other rooms are loaded now. */
async function lineOf(error: DbgError, flags: GlobalOptions, world: World): Promise<string> {
  if (error instanceof CliError) return `error: ${sentence(error.message, error.remedy)}`;
  const { describeFailure } = await import('./present/failure.ts');
  const { commandsFor } = await import('./present/command-line.ts');
  return await describeFailure(error, commandsFor(flags, world));
}

/**
 * The program exits before everything is deleted: the remaining objects are named, with the command that deletes them.
 */
async function nameRemaining(created: CreatedObjects, flags: GlobalOptions, world: World): Promise<void> {
  if (created.remaining.length === 0) return;
  const { showEvents } = await import('./present/show-events.ts');
  const { commandsFor } = await import('./present/command-line.ts');
  const show = showEvents(world, { quiet: false, commands: commandsFor(flags, world) });
  for (const { object, sure } of created.remaining) show({ kind: 'left-behind', object, sure });
}

async function runCommand(
  argv: readonly string[],
  world: World,
  settings: Omit<CommandSettings, 'pluginPolicy'>,
  onFlags: (flags: GlobalOptions) => void,
): Promise<number> {
  if (argv[0] === COMPLETE) {
    const words = argv.slice(1);
    const { runCompletion } = await import('./completion/run-completion.ts');
    const completion = runCompletion(words, world, () => pluginPolicyOf(words, world));
    return await abortable(completion, settings.signal);
  }
  const { command, parsed, pluginPolicy } = await parseUnlessAborted(argv, world, settings.signal);
  onFlags(parsed.options);
  return await command.run(parsed, world, { ...settings, pluginPolicy });
}

/** A command line, and its command. */
interface Asked {
  command: Command;
  parsed: ParsedArguments;
  pluginPolicy?: PluginPolicy;
}

/**
 * The file with preferences may be a silent pipe. After an interruption the command line alone is enough: it determines
 * the output format of the message.
 */
async function parseUnlessAborted(
  argv: readonly string[],
  world: World,
  signal: AbortSignal,
): Promise<Asked> {
  try {
    return await abortable(parseWithPreferences(argv, world), signal);
  } catch (error) {
    if (signal.aborted) return await parseCommand(argv);
    throw error;
  }
}

/** Parses the command line, with the aliases and defaults of the user's kuberc file. */
async function parseWithPreferences(argv: readonly string[], world: World): Promise<Asked> {
  const preferences = await readPreferences(argv, world);
  if (preferences === undefined) return await parseCommand(argv);
  const { expandAlias } = await import('./grammar/kuberc.ts');
  const { argv: expanded, defaults } = expandAlias(argv, preferences);
  const asked = await parseCommand(expanded);
  const { parsed } = asked;
  // Help must work with any preferences.
  if (parsed.command === 'debug' && parsed.options.help !== true) {
    const unknown = applyDefaults(parsed, defaults);
    if (unknown.length > 0 && parsed.options.quiet !== true) await warnOfUnknown(unknown, world);
  }
  const { pluginPolicy } = preferences;
  return { ...asked, ...(pluginPolicy === undefined ? {} : { pluginPolicy }) };
}

/** A newer kubectl has flags that we don't know, and its users have defaults for them. */
async function warnOfUnknown(names: readonly string[], world: World): Promise<void> {
  const { sanitise } = await import('../base/sanitise.ts');
  const flags = names.map((name) => `--${name}`).join(', ');
  world.stderr.write(
    `${sanitise(`Warning: kuberc has defaults for unknown options, which are ignored: ${flags}`)}\n`,
  );
}

/** Finds the command and parses its arguments; mistakes in a debug command line are found before its code is loaded. */
async function parseCommand(argv: readonly string[]): Promise<Asked> {
  const name = commandOf(argv);
  if (name === 'debug') {
    const parsed = parse(argv);
    const { help, version } = parsed.options;
    const command = await loadCommand(help === true ? 'help' : version === true ? 'version' : 'debug');
    return { command, parsed };
  }
  const command = await loadCommand(name);
  const { flags, words } = command;
  const table = flags === undefined ? {} : { table: makeFlagTable(flags) };
  const parsed = parse(argv, { ...table, ...(words === undefined ? {} : { words }) });
  return { command: parsed.options.help === true ? helpOf(command) : command, parsed };
}

function helpOf(command: Command): Command {
  return {
    ...command,
    run: (_parsed, world) => {
      world.stdout.write(renderCommandHelp({ ...command, flags: command.flags ?? [] }, columnsOf(world)));
      return Promise.resolve(0);
    },
  };
}

/** The plugins that completion may run: those that kuberc allows, and none if it can't be read. */
async function pluginPolicyOf(words: readonly string[], world: World): Promise<PluginPolicy | undefined> {
  try {
    return (await readPreferences(words, world))?.pluginPolicy;
  } catch {
    return { policy: 'DenyAll' };
  }
}
