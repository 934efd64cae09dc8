import { ReadOnlyError } from '../../file-tree.ts';
import { bytes, type Program } from './program.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const MS_PER_S = 1000;

/** `sleep SECONDS[smhd]...`; `sleep infinity` never ends. */
export const sleep: Program = async (args, io, shell) => {
  let seconds = 0;
  for (const text of args) {
    const [, number, unit = 's'] = /^(\d*\.?\d+|\d+\.|inf(?:inity)?)([smhd]?)$/.exec(text) ?? [];
    if (number === undefined) {
      await io.stderr.write(bytes(`sleep: invalid number '${text}'\n`));
      return 1;
    }
    seconds += (number.startsWith('inf') ? Infinity : Number(number)) * (UNITS[unit || 's'] ?? 1);
  }
  await shell.machine.clock.sleep(seconds * MS_PER_S, shell.signal);
  return 0;
};

/** `id [-u | -g]` */
export const id: Program = async ([option], io, shell) => {
  const { uid, gid } = shell.machine;
  const named = (number: number): string => (number === 0 ? '0(root)' : String(number));
  const all = `uid=${named(uid)} gid=${named(gid)} groups=${named(gid)}`;
  const text = option === '-u' ? String(uid) : option === '-g' ? String(gid) : all;
  await io.stdout.write(bytes(`${text}\n`));
  return 0;
};

export const hostname: Program = async (_args, io, shell) => {
  await io.stdout.write(bytes(`${shell.machine.hostname}\n`));
  return 0;
};

/** `date [+%s]` of the simulated clock */
export const date: Program = async ([format], io, shell) => {
  const now = shell.machine.clock.now();
  const text = format === '+%s' ? String(Math.floor(now / MS_PER_S)) : new Date(now).toISOString();
  await io.stdout.write(bytes(`${text}\n`));
  return 0;
};

/** `printenv [NAME]` */
export const printenv: Program = async ([name], io, shell) => {
  if (name !== undefined) {
    const value = shell.variables.get(name);
    if (value === undefined) return 1;
    await io.stdout.write(bytes(`${value}\n`));
    return 0;
  }
  const lines = [...shell.variables].map(([key, value]) => `${key}=${value}\n`);
  await io.stdout.write(bytes(lines.join('')));
  return 0;
};

/** `env [NAME=VALUE...] [COMMAND...]` */
export const env: Program = async (args, io, shell) => {
  const first = args.findIndex((text) => !text.includes('='));
  const values = args.slice(0, first < 0 ? undefined : first).map((text): [string, string] => {
    const equals = text.indexOf('=');
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  if (first >= 0) return shell.runCommand(args.slice(first), io, values);
  return printenv([], io, shell);
};

export const touch: Program = async (paths, io, shell) => {
  const { tree } = shell.machine;
  for (const path of paths) {
    if (tree.has(path)) continue;
    const failure = failureOf(() => tree.write(path, Buffer.alloc(0)));
    if (failure === undefined) continue;
    await io.stderr.write(bytes(`touch: ${path}: ${failure}\n`));
    return 1;
  }
  return 0;
};

/** The error message of a failed write. */
function failureOf(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    if (error instanceof ReadOnlyError) return error.message;
    throw error;
  }
}

export const rm: Program = async (args, io, shell) => {
  for (const path of args.filter((text) => !text.startsWith('-'))) {
    let found = false;
    const failure = failureOf(() => (found = shell.machine.tree.remove(path)));
    if (failure === undefined && (found || args.includes('-f'))) continue;
    await io.stderr.write(bytes(`rm: can't remove '${path}': ${failure ?? 'No such file or directory'}\n`));
    return 1;
  }
  return 0;
};

export const tty: Program = async (_args, io) => {
  const isTerminal = io.terminal !== undefined;
  await io.stdout.write(bytes(isTerminal ? '/dev/pts/0\n' : 'not a tty\n'));
  return isTerminal ? 0 : 1;
};

/** `stty size` */
export const stty: Program = async ([what], io) => {
  const { terminal } = io;
  if (terminal === undefined) {
    await io.stderr.write(bytes('stty: standard input: Not a tty\n'));
    return 1;
  }
  if (what === 'size' && terminal.rows === 0) {
    await io.stderr.write(bytes('stty: standard input\n'));
    return 0;
  }
  if (what === 'size') await io.stdout.write(bytes(`${terminal.rows} ${terminal.columns}\n`));
  return 0;
};

/** `ps`: the processes of the container's process namespace */
export const ps: Program = async (_args, io, shell) => {
  const rows = shell.machine.processes.list().map(({ pid, uid, argv }) => {
    const user = uid === 0 ? 'root' : String(uid);
    return `${String(pid).padStart(5)} ${user.padEnd(8)} ${argv.join(' ')}\n`;
  });
  await io.stdout.write(bytes(`PID   USER     COMMAND\n${rows.join('')}`));
  return 0;
};

/** `ls [-d] [PATHS]` */
export const ls: Program = async (args, io, shell) => {
  const { tree } = shell.machine;
  const paths = args.filter((text) => !text.startsWith('-'));
  const asNames = args.some((text) => /^-\w*d/.test(text));
  let code = 0;
  for (const path of paths.length === 0 ? ['/'] : paths) {
    if (!tree.exists(path)) {
      await io.stderr.write(bytes(`ls: ${path}: No such file or directory\n`));
      code = 1;
      continue;
    }
    const names = asNames ? [path] : (tree.list(path) ?? [path]);
    await io.stdout.write(bytes(names.map((name) => `${name}\n`).join('')));
  }
  return code;
};
