import { runChild } from '../child.ts';
import { parseProgram } from '../parser.ts';
import type { Io } from '../process.ts';
import type { Shell } from '../shell.ts';
import { type List, ShellSyntaxError } from '../syntax.ts';
import { bytes, type Program } from './program.ts';

const PROMPT = '/ # ';
/** A real shell takes about this long to print its prompt again; input typed meanwhile is echoed before it. */
const PROMPT_MS = 20;
/** Requests the cursor position, as busybox does if no input is waiting. */
const REQUEST_CURSOR_POSITION = '\x1b[6n';
const BANNER =
  "\n\nBusyBox v1.38.0 (simulated) built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n";
/** A shell's messages about a child that was killed. */
const KILLED_MESSAGES: Readonly<Record<string, string>> = { SIGKILL: 'Killed', SIGTERM: 'Terminated' };

/** `sh [-c PROGRAM [NAME ARGUMENTS...]]`; without -c the program comes from stdin, with a prompt on a terminal. */
export const sh: Program = async (args, io, shell) => {
  const { code, signal } = await runChild(shell, ['sh', ...args], async (child) => runShell(args, io, child));
  const words = KILLED_MESSAGES[signal ?? ''];
  if (words !== undefined) await io.stderr.write(bytes(`${words}\n`));
  return code;
};

/** The same in an existing process. */
export async function runShell(args: readonly string[], io: Io, shell: Shell): Promise<number> {
  const option = args.findIndex((text) => /^-\w*c$/.test(text));
  if (option < 0) return fromInput(io, shell);
  const [source = '', name, ...parameters] = args.slice(option + 1);
  if (name !== undefined) shell.name = name;
  shell.parameters = parameters;
  // A shell with a single command replaces itself with it.
  if (shell.showsChildren === 'all' && isOneCommand(source)) shell.showsChildren = 'own';
  return shell.runToEnd(source, io);
}

function isOneCommand(source: string): boolean {
  try {
    const [only, ...others] = parseProgram(source);
    const [command, ...piped] = only?.andOr.first.commands ?? [];
    return (
      others.length === 0 && piped.length === 0 && only?.andOr.rest.length === 0 && command?.kind === 'simple'
    );
  } catch {
    return false;
  }
}

async function fromInput(io: Io, shell: Shell): Promise<number> {
  const { terminal } = io;
  try {
    let held = '';
    if (terminal !== undefined) await io.stderr.write(bytes(BANNER));
    for (;;) {
      const line = await readLine(io, shell, held === '' ? PROMPT : '> ');
      if (line === undefined) return shell.status;
      held += line.toString('latin1');
      let program: List;
      try {
        program = parseProgram(held);
      } catch (error) {
        if (error instanceof ShellSyntaxError && error.incomplete) continue;
        held = '';
        shell.status = await shell.endOf(error, io);
        continue;
      }
      held = '';
      if (terminal === undefined) await shell.run(program, io);
      else await runInterruptibly(program, io, shell);
    }
  } catch (error) {
    return shell.endOf(error, io);
  }
}

async function readLine(
  { stdin, stderr, terminal }: Io,
  shell: Shell,
  prompt: string,
): Promise<Buffer | undefined> {
  if (terminal === undefined) return stdin.readLine(shell.signal);
  terminal.hold();
  await shell.machine.clock.sleep(PROMPT_MS, shell.signal);
  await terminal.release(async (waiting) => {
    await stderr.write(bytes(waiting || stdin.length > 0 ? prompt : prompt + REQUEST_CURSOR_POSITION));
    terminal.prompt = prompt;
  });
  const line = await stdin.readLine(shell.signal);
  terminal.prompt = undefined;
  if (line === undefined) await stderr.write(bytes('\n'));
  return line;
}

/** Runs a line typed at a terminal: ctrl-C terminates the line, not the shell. */
async function runInterruptibly(program: List, io: Io, shell: Shell): Promise<void> {
  const { terminal } = io;
  const { code, signal } = await runChild(shell, undefined, async (child, kill) => {
    if (terminal !== undefined) terminal.interrupt = () => kill('SIGINT');
    child.shareVariables(shell);
    return child.run(program, io);
  });
  if (terminal !== undefined) terminal.interrupt = undefined;
  if (signal !== undefined) await io.stdout.write(bytes('\n'));
  shell.status = code;
}
