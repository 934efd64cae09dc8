import { spawn } from 'node:child_process';
import { shellWords } from '../base/shell-words.ts';
import { startTimer } from '../base/timer.ts';
import { Interrupted } from '../model/interruption.ts';
import type { World } from '../model/world.ts';
import { CliError } from './cli-error.ts';
import type { CommandSettings } from './commands/command.ts';

/** Editors in kubectl's order, and the one that every POSIX system has. */
const VARIABLES = ['KUBE_EDITOR', 'EDITOR', 'VISUAL'];
const FALLBACK = 'vi';

/** Time for a cancelled editor to restore the terminal and exit: well within the second that a signal may take. */
const TERMINATION_GRACE_MS = 400;

/** The exit code of a program that ends itself because of SIGINT, as a shell does. */
const SIGINT_EXIT = 130;

/** How a command line is stopped. */
export type EditorSettings = Pick<CommandSettings, 'signal' | 'abort' | 'onInterrupt'>;

/**
 * Runs the user's editor for a file on our terminal. Throws DbgError (usage) if it can't be started or fails. If the
 * signal is aborted, terminates the editor, and then rejects with its reason.
 */
export async function runEditor(file: string, world: World, settings: EditorSettings): Promise<void> {
  const { signal, abort, onInterrupt } = settings;
  const [program, ...args] = editorOf(world);
  signal.throwIfAborted();
  let isInterrupted = false;
  // As in system(3): while an editor runs, ctrl-C on the terminal is for it, or for what it runs (`:!make`).
  const release = world.stdin.isTTY === true ? onInterrupt(() => (isInterrupted = true)) : () => undefined;
  let cancelKill = () => undefined as void;
  let stop = () => undefined as void;
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, [...args, file], { stdio: 'inherit' });
      stop = () => {
        child.kill('SIGTERM');
        // A stopped process handles no other signal.
        if (world.platform !== 'win32') child.kill('SIGCONT');
        cancelKill = startTimer(TERMINATION_GRACE_MS, () => child.kill('SIGKILL'));
      };
      signal.addEventListener('abort', stop, { once: true });
      child.on('error', (error) =>
        reject(signal.aborted ? (signal.reason as Error) : unstartable(program, error)),
      );
      child.on('exit', (code, by) => {
        if (isInterrupted && (by === 'SIGINT' || code === SIGINT_EXIT)) abort(new Interrupted('SIGINT'));
        if (signal.aborted) reject(signal.reason as Error);
        else if (code === 0) resolve();
        else reject(failed(program, by === null ? `exited with ${code}` : `was terminated by ${by}`));
      });
    });
  } finally {
    cancelKill();
    signal.removeEventListener('abort', stop);
    release();
  }
}

/** The words of the editor's command. They are not run by a shell: nothing else in the variable is executed. */
function editorOf({ env, stdin, platform }: World): [program: string, ...args: string[]] {
  const name = VARIABLES.find((variable) => env[variable]?.trim());
  if (name === undefined) {
    if (stdin.isTTY === true) return [FALLBACK];
    throw new CliError(
      'usage',
      'EditFailed',
      `--edit without a terminal needs EDITOR to be set: ${FALLBACK} would wait for ever`,
      'Set EDITOR to a program that changes the file and exits',
    );
  }
  const words = shellWords(env[name] ?? '', { backslash: platform !== 'win32' });
  const [program = '', ...args] = words ?? [];
  if (program !== '') return [program, ...args];
  const why = words === undefined ? 'has a quote that is not closed' : 'names no program';
  throw new CliError('usage', 'EditFailed', `cannot start the editor: ${name} ${why}`, `Correct ${name}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not installed, or not in PATH',
  EACCES: 'it is not an executable file',
};

function unstartable(program: string, error: NodeJS.ErrnoException): Error {
  const why = REASONS[error.code ?? ''] ?? error.message;
  return new CliError(
    'usage',
    'EditFailed',
    `cannot start the editor ${program}: ${why}`,
    'Set EDITOR',
    error,
  );
}

function failed(program: string, how: string): Error {
  return new CliError('usage', 'EditFailed', `the editor ${program} ${how}; nothing was written`);
}
