import type { Io } from '../process.ts';
import type { Shell } from '../shell.ts';

/** A simulated program. `shell` has its variables, its signal and its machine. */
export type Program = (args: readonly string[], io: Io, shell: Shell) => Promise<number> | number;

/** The bytes of a latin1 text. */
export function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Approximate chunk size of long output. */
export const BLOCK_BYTES = 32_768;

/** Yields to other work between blocks. */
export async function nextTurn(shell: Shell): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  shell.signal.throwIfAborted();
}
