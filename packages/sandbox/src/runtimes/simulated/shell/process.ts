import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { FileTree } from '../file-tree.ts';
import type { ProcessTable } from '../process-table.ts';
import type { Random } from '../random.ts';
import type { Pipe, Sink } from './streams.ts';

/** The file descriptors of a simulated process. */
export interface Io {
  stdin: Pipe;
  stdout: Sink;
  stderr: Sink;
  /** Output descriptors above 2. */
  others?: ReadonlyMap<number, Sink>;
  terminal?: TerminalState;
}

/** The simulated container of a process. Text has one character per byte (latin1). */
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
  /** The output of the container's first process, which goes to the log. */
  console?: { stdout: Sink; stderr: Sink };
  /** The container's memory limit in bytes. */
  memoryLimit?: number;
  /** Called when the limit is exceeded. */
  outOfMemory?: () => void;
}

/** Maximum size of a variable, file or captured output of a container without a limit: they use this process's memory. */
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024;

/** OOM-kills the container if one value would exceed its memory limit. */
export function claimMemory({ memoryLimit, outOfMemory }: Machine, bytes: number): void {
  if (bytes > Math.min(memoryLimit ?? Infinity, DEFAULT_MEMORY_BYTES)) outOfMemory?.();
}

/** A process's view of its terminal. */
export interface TerminalState {
  rows: number;
  columns: number;
  /** The prompt of a shell that is waiting for a line. */
  prompt?: string | undefined;
  /** Holds typed input without echo until `release`: a line editor reads it after its prompt. */
  hold: () => void;
  /** Ends `hold`. `before` is called first, with whether input is waiting. */
  release: (before: (waiting: boolean) => Promise<void>) => Promise<void>;
  /** Handles ctrl-C, if a shell has taken it over. */
  interrupt?: (() => void) | undefined;
}

/** A process terminates: by `exit`, by a signal, or after its last command. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Exit code of a termination by a signal: 128 plus its number, as in shells and runtimes. */
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
