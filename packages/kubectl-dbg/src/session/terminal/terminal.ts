import type { InputStream, OutputStream, World } from '../../model/world.ts';
import type { TerminalSize } from 'kubectl-dbg-wire';

/** The user's terminal in raw mode; `restore` may be called any number of times. */
export interface RawTerminal {
  restore(): void;
}

/**
 * Puts the terminal of `stdin` into raw mode, for input and output. The mode is restored while the program is suspended
 * (SIGTSTP), and set again when it continues (SIGCONT).
 */
export function enterRawMode(
  stdin: InputStream,
  world: Pick<World, 'onSignal' | 'suspend' | 'passOutput'>,
): RawTerminal {
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return { restore: () => undefined };
  let raw = true;
  let cancel: (() => void) | undefined;
  const enter = (): void => {
    stdin.setRawMode?.(true);
    cancel?.();
    cancel = world.passOutput();
  };
  const leave = (): void => {
    cancel?.();
    stdin.setRawMode?.(false);
  };
  enter();
  const offs = [
    world.onSignal('SIGTSTP', () => {
      leave();
      world.suspend();
    }),
    world.onSignal('SIGCONT', () => {
      if (raw) enter();
    }),
  ];
  return {
    restore() {
      if (!raw) return;
      raw = false;
      for (const off of offs) off();
      leave();
    },
  };
}

/** The size of the terminal of `output`; undefined if it is not a terminal or its size is unknown. */
export function terminalSize(output: OutputStream): TerminalSize | undefined {
  if (output.isTTY !== true) return undefined;
  const { columns = 0, rows = 0 } = output;
  return columns > 0 && rows > 0 ? { width: columns, height: rows } : undefined;
}

/** Calls `listener` with each new size until the returned function is called. */
export function onResize(output: OutputStream, listener: (size: TerminalSize) => void): () => void {
  const tell = () => {
    const size = terminalSize(output);
    if (size !== undefined) listener(size);
  };
  output.on('resize', tell);
  return () => output.off('resize', tell);
}
