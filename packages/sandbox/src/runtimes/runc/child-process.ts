import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { TerminalSize } from 'kubectl-dbg-wire';
import { deferred } from '../../cri/deferred.ts';

/** A child process and its streams: pipes or a pseudo-terminal. */
export interface StreamedChild {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  onOutput(listener: (stream: 'stdout' | 'stderr', chunk: Buffer) => void): void;
  pause(): void;
  resume(): void;
  resize(size: TerminalSize): void;
  /** Resolves with the exit code when the process has terminated and all output was delivered. */
  readonly ended: Promise<number>;
}

export interface ChildOptions {
  stdin: boolean;
  env: NodeJS.ProcessEnv;
}

/** A termination by a signal is 128 plus its number, as in shells. */
const SIGNAL_BASE = 128;
const SIGKILL = 9;

/** Starts `argv` with pipes, in its own session: signals of the sandbox's terminal must not reach it. */
export function spawnPiped(argv: readonly string[], options: ChildOptions): StreamedChild {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: options.env,
    detached: true,
  });
  const { promise: ended, resolve, reject } = deferred<number>();
  child.once('error', reject);
  // 'close' is emitted after the last data of both pipes.
  child.once('close', (code) => resolve(code ?? SIGNAL_BASE + SIGKILL));
  // The process may close its input at any time.
  child.stdin?.on('error', () => {});
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error(`${file} could not be started with pipes`);
  // Listen at once: Node drops unread output when the process exits. This also preserves the order between both pipes.
  let early: ['stdout' | 'stderr', Buffer][] = [];
  let deliver: ((stream: 'stdout' | 'stderr', chunk: Buffer) => void) | undefined;
  const collect = (stream: 'stdout' | 'stderr', chunk: Buffer): void => {
    if (deliver === undefined) early.push([stream, chunk]);
    else deliver(stream, chunk);
  };
  stdout.on('data', (chunk: Buffer) => collect('stdout', chunk));
  stderr.on('data', (chunk: Buffer) => collect('stderr', chunk));
  return {
    pid: child.pid ?? -1,
    stdin: child.stdin ?? undefined,
    onOutput(listener) {
      deliver = listener;
      for (const [stream, chunk] of early) listener(stream, chunk);
      early = [];
    },
    pause() {
      stdout.pause();
      stderr.pause();
    },
    resume() {
      stdout.resume();
      stderr.resume();
    },
    resize() {
      // Pipes have no size.
    },
    ended,
  };
}
