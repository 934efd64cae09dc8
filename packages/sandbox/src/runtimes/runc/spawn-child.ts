import { type ChildOptions, spawnPiped, type StreamedChild } from './child-process.ts';
import { spawnOnTerminal } from './child-terminal.ts';

/** Starts a process on a terminal or with pipes. */
export async function spawnChild(
  argv: readonly string[],
  options: ChildOptions & { tty: boolean },
): Promise<StreamedChild> {
  return options.tty ? spawnOnTerminal(argv, options) : spawnPiped(argv, options);
}
