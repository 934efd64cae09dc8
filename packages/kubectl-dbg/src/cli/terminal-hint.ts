import type { DebugRequest } from '../model/plan.ts';
import type { World } from '../model/world.ts';

/**
 * A hint for a user at a terminal who redirects the output: without -it there is no input, and a shell exits at once;
 * with -t the output is that of a terminal. Undefined if there is nothing to say.
 */
export function terminalHint(
  request: Pick<DebugRequest, 'attach' | 'stdin' | 'tty' | 'words' | 'written'>,
  { stdin, stdout }: Pick<World, 'stdin' | 'stdout'>,
): string | undefined {
  if (!request.attach || stdin.isTTY !== true || stdout.isTTY === true) return undefined;
  if (request.tty) {
    return 'The output is not a terminal, but the container has one (-t): carriage returns and what you type go into the output too. Use -i without -t for plain output.';
  }
  if (request.stdin || request.words.length > 0 || request.written.has('stdin')) return undefined;
  return 'The output is not a terminal, so stdin is not passed on, and a shell exits at once. Use -i to pass stdin, -it for a shell with a terminal, or a command after --.';
}
