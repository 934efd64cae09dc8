import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { FileTree } from '../file-tree.ts';
import type { ProcessTable } from '../process-table.ts';
import type { Random } from '../random.ts';
import type { Pipe, Sink } from './streams.ts';

/** What a simulated process is connected to. */
export interface Io {
  stdin: Pipe;
  stdout: Sink;
  stderr: Sink;
  /** Descriptors above 2, for output. */
  others?: ReadonlyMap<number, Sink>;
  terminal?: TerminalState;
}

/** The simulated container that a process lives in. Text is kept as bytes-as-characters (latin1). */
export interface Machine {
  clock: Clock;
  random: Random;
  hostname: string;
  uid: number;
  gid: number;
  tree: FileTree;
  processes: ProcessTable;
  /** A connection to a port of the pod; rejects if nothing listens there. */
  connect?: (port: number) => Promise<Duplex>;
  /** The output of the container's first process, which is its log. */
  console?: { stdout: Sink; stderr: Sink };
  /** What the container may hold in memory, in bytes. */
  memoryLimit?: number;
  /** Called when it holds more. */
  outOfMemory?: () => void;
}

/** What one variable, file or captured output of a container without a limit may hold: they are in our own memory. */
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024;

/** Has the container killed, as out of memory, if it is to hold so many bytes in one place and may not. */
export function claimMemory({ memoryLimit, outOfMemory }: Machine, bytes: number): void {
  if (bytes > Math.min(memoryLimit ?? Infinity, DEFAULT_MEMORY_BYTES)) outOfMemory?.();
}

/** What a process knows of its terminal. */
export interface TerminalState {
  rows: number;
  columns: number;
  /** What a shell has printed to ask for a line, while it waits for one. */
  prompt?: string | undefined;
  /** Keeps what is typed, unechoed, until `release`: a line editor takes it over with its prompt. */
  hold: () => void;
  /** True if something was typed meanwhile; it is typed after what `before` writes. */
  release: (before: (waiting: boolean) => Promise<void>) => Promise<void>;
  /** What ctrl-C does, where a shell has taken it over. */
  interrupt?: (() => void) | undefined;
}

/** A process is over: by `exit`, by a signal, or because its last command has ended. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A signal's end, as shells and runtimes report it: 128 plus its number. */
export const SIGNAL_BASE = 128;

export const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** The name of a signal given as `9`, `KILL` or `SIGKILL`. */
export function signalName(text: string): NodeJS.Signals | undefined {
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  if (name in SIGNAL_NUMBERS) return name as NodeJS.Signals;
  const found = Object.entries(SIGNAL_NUMBERS).find(([, number]) => String(number) === text);
  return found?.[0] as NodeJS.Signals | undefined;
}

const SHELL_NAMES = /^(?:\/bin\/|\/usr\/bin\/)?(?:sh|ash|bash)$/;

export function isShell(command: string): boolean {
  return SHELL_NAMES.test(command);
}
