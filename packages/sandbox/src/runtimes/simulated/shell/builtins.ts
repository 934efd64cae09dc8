import { parseProgram } from './parser.ts';
import { ProcessExit, signalName } from './process.ts';
import { LoopJump } from './loop-jump.ts';
import type { Builtin } from './shell.ts';

const assign: Builtin = (shell, args) => {
  for (const text of args) {
    const equals = text.indexOf('=');
    if (equals > 0) shell.variables.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return 0;
};

const exec: Builtin = async (shell, args, io) => {
  if (args.length === 0) return 0;
  throw new ProcessExit(await shell.runCommand(args, io));
};

const read: Builtin = async (shell, args, io) => {
  const names = args.filter((name) => !name.startsWith('-'));
  const line = await io.stdin.readLine(shell.signal);
  const text = (line?.toString('latin1') ?? '').replace(/\n$/, '').trim();
  const fields = text.split(/[ \t]+/);
  for (const [index, name] of (names.length === 0 ? ['REPLY'] : names).entries()) {
    // The last name gets the rest of the line.
    const last = index === names.length - 1 || names.length === 0;
    shell.variables.set(name, last ? fields.slice(index).join(' ') : (fields[index] ?? ''));
  }
  return line === undefined ? 1 : 0;
};

const trap: Builtin = (shell, [action = '', ...signals]) => {
  for (const text of signals) {
    const name = signalName(text);
    if (name === undefined) continue;
    if (action === '-') shell.traps.delete(name);
    else shell.traps.set(name, action);
  }
  return 0;
};

const kill: Builtin = async (shell, args, io) => {
  const pids = args.filter((text) => !text.startsWith('-'));
  const option = args.find((text) => text.startsWith('-'))?.slice(1) ?? 'TERM';
  const signal = option === 's' ? undefined : signalName(option);
  for (const pid of pids) {
    if (Number(pid) !== shell.pid || signal === undefined) {
      await shell.complain(io, `can't kill pid ${pid}: No such process`);
      return 1;
    }
    shell.kill(signal);
  }
  shell.signal.throwIfAborted();
  return 0;
};

/** The shell's built-in commands. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', () => 0],
  ['cd', () => 0],
  // Options such as -e and -x have no effect.
  ['set', () => 0],
  [
    'exit',
    (shell, [code]) => {
      throw new ProcessExit(code === undefined ? shell.status : Number(code) & 0xff);
    },
  ],
  [
    'break',
    () => {
      throw new LoopJump(false);
    },
  ],
  [
    'continue',
    () => {
      throw new LoopJump(true);
    },
  ],
  ['export', assign],
  ['local', assign],
  [
    'unset',
    (shell, names) => {
      for (const name of names) shell.variables.delete(name);
      return 0;
    },
  ],
  [
    'shift',
    (shell, [count = '1']) => {
      shell.parameters = shell.parameters.slice(Number(count));
      return 0;
    },
  ],
  ['eval', async (shell, args, io) => shell.run(parseProgram(args.join(' ')), io)],
  ['exec', exec],
  ['read', read],
  ['trap', trap],
  [
    'wait',
    async (shell) => {
      await shell.wait();
      return 0;
    },
  ],
  ['kill', kill],
]);
