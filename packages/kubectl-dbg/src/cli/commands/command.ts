import type { ClientTimeouts, PluginPolicy } from '../../cluster/index.ts';
import type { EndingSignal } from '../../model/interruption.ts';
import type { CreatedObjects } from '../../operations/debug/created-objects.ts';
import type { World } from '../../model/world.ts';
import type { SessionTimeouts } from '../../session/session.ts';
import type { FlagSpec, OptionsOf, ParsedArguments } from '../grammar/index.ts';

/** Settings that do not come from the command line. */
export interface RunSettings {
  /** Timeouts of the client and of sessions; tests shorten them. */
  tuning?: Partial<ClientTimeouts> | undefined;
  patience?: SessionTimeouts | undefined;
  /** Called after each session. */
  afterSession?: (() => void) | undefined;
  /** Called at the end of a command that a signal has stopped. */
  interrupted?: ((signal: EndingSignal) => void) | undefined;
}

/** What a command gets besides its command line. */
export interface CommandSettings extends RunSettings {
  /** The credential plugins that may run, by the user's preferences. */
  pluginPolicy?: PluginPolicy | undefined;
  /** Aborted when the command must stop: then it throws the signal's reason, which determines the exit code. */
  signal: AbortSignal;
  /** Aborts it, for a failed output of the command. */
  readonly abort: (reason: Error) => void;
  /**
   * Calls `handler` first on the user's interrupt (ctrl-C); it returns true if the command continues. Returns a function
   * that removes the handler.
   */
  readonly onInterrupt: (handler: () => boolean) => () => void;
  /** The objects that the command creates in the cluster: named if the program exits before they are deleted. */
  created: CreatedObjects;
}

/** The command line of a command with its own flags. */
export interface CommandLine<O> {
  options: O;
  /** Its arguments, without the command's name. */
  targets: readonly string[];
  /** The program after `--`. */
  words: readonly string[];
}

/** One command: its flags, its help and its code. Loaded when it is used (registry.ts). */
export interface Command {
  /** Its own flags and the global ones; absent: the flags of debugging. */
  flags?: readonly FlagSpec[];
  /** Maximum number of arguments; absent: any number. */
  words?: number;
  /** Paragraphs of its help text. */
  about: readonly string[];
  /** Lines without `kubectl dbg`, such as `profiles [NAME]`. */
  usage: readonly string[];
  examples?: readonly { what: string; line: string }[];
  /** Returns the exit code. Throws DbgError for failures that the user can meet. */
  run(parsed: ParsedArguments, world: World, settings: CommandSettings): Promise<number>;
}

/** A command with its own flags, whose options get their types from the table: `[...own, ...globalFlags] as const`. */
export function defineCommand<const T extends readonly FlagSpec[]>(
  command: Omit<Command, 'flags' | 'run'> & {
    flags: T;
    run(line: CommandLine<OptionsOf<T>>, world: World, settings: CommandSettings): Promise<number>;
  },
): Command {
  return {
    ...command,
    run: (parsed, world, settings) =>
      command.run({ ...parsed, options: parsed.options as OptionsOf<T> }, world, settings),
  };
}
