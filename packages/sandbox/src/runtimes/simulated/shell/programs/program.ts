import type { Io } from '../process.ts';
import type { Shell } from '../shell.ts';

/** A simulated program. `shell` is where its variables, its signal and its machine are. */
export type Program = (args: readonly string[], io: Io, shell: Shell) => Promise<number> | number;

/** Bytes of text that is kept as bytes-as-characters. */
export function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Pieces of endless or long output are of about this size. */
export const BLOCK_BYTES = 32_768;

/** Gives others their turn between blocks. */
export async function nextTurn(shell: Shell): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  shell.signal.throwIfAborted();
}
