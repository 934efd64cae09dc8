import { once } from 'node:events';
import type { World } from '../model/world.ts';

/** Asks on a terminal and resolves with whether the answer is yes; the end of the input means no. */
export async function askYes(
  question: string,
  { stdin, stderr }: Pick<World, 'stdin' | 'stderr'>,
  signal: AbortSignal,
): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  const { createInterface } = await import('node:readline');
  // Not in raw mode: ctrl-C is a signal here as everywhere, and the question stays on the screen.
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    const [answer] = (await Promise.race([
      once(lines, 'line', { signal }),
      once(lines, 'close', { signal }).then(() => ['']),
    ])) as [string];
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
