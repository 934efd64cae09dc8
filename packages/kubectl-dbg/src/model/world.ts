import type { Readable, Writable } from 'node:stream';

/** Input that may be a terminal. */
export interface InputStream extends Readable {
  isTTY?: boolean;
  /** Present on terminals only. */
  setRawMode?(raw: boolean): unknown;
}

/** Output that may be a terminal. `columns` and `rows` are its size in cells; `resize` is emitted when it changes. */
export interface OutputStream extends Writable {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** Signals that the user may send to us. */
export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'SIGTSTP' | 'SIGCONT';

/** Everything that the program uses outside itself, as a value: tests pass a fake, `main` the real one. */
export interface World {
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Home directory, for `~/.kube`. */
  home: string;
  /** Working directory, absolute. */
  cwd: string;
  platform: NodeJS.Platform;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Random integer in [0, below), for generated names. */
  randomInt(below: number): number;
  /** Calls `listener` on each of these signals until the returned function is called. */
  onSignal(signal: InterruptSignal, listener: () => void): () => void;
  /** Calls `listener` with each error of stdout and stderr until the returned function is called. */
  onOutputError(listener: (stream: 'stdout' | 'stderr', error: Error) => void): () => void;
  /** Calls `listener` with each uncaught error until the returned function is called. */
  onUncaughtError(listener: (error: unknown) => void): () => void;
  /** Sends a signal to a process group, identified by its leader. Absent on systems without process groups. */
  signalGroup?(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Saves a line of text for later commands in the same terminal, in place of the previous one. Never rejects. */
  remember?(text: string): Promise<void>;
  /** The text that was last saved in this terminal. */
  recall?(): Promise<string | undefined>;
  /** Whether this process may read its terminal now: a background job would be stopped. */
  isForeground(): Promise<boolean>;
  /**
   * Makes the terminal of `stdin`, which is in raw mode, output line feeds as they are: Node's raw mode precedes them by a
   * carriage return, which misplaces the cursor of full-screen programs. `setRawMode(false)` restores it. Returns a
   * function that cancels this before it has taken effect. Does nothing on Windows.
   */
  passOutput(): () => void;
  /** Stops this process until SIGCONT, as the default action of SIGTSTP does. */
  suspend(): void;
}
