import type { Readable, Writable } from 'node:stream';

/** Input that may be a terminal. */
export interface InputStream extends Readable {
  isTTY?: boolean;
  /** Present on terminals only. */
  setRawMode?(raw: boolean): unknown;
}

/** Output that may be a terminal; `columns` and `rows` are its size in cells, and `resize` is emitted on change. */
export interface OutputStream extends Writable {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** Signals the user may send us. */
export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGTSTP' | 'SIGCONT';

/**
 * All that the program touches outside itself, as a value: tests give a made-up one, `main` the real one.
 */
export interface World {
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Home folder, for `~/.kube`. */
  home: string;
  /** Working directory, absolute. */
  cwd: string;
  platform: NodeJS.Platform;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Whole number in [0, below), for generated names. */
  randomInt(below: number): number;
  /** Calls `listener` on each of these signals until the returned function is called. */
  onSignal(signal: InterruptSignal, listener: () => void): () => void;
  /** Stops this process until SIGCONT, as the default action of SIGTSTP does. */
  suspend(): void;
}
