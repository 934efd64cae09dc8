import type { Io } from '../process.ts';
import type { Shell } from '../shell.ts';
import { echo, printf } from './echo.ts';
import type { Program } from './program.ts';
import { sh } from './sh.ts';
import { date, env, hostname, id, ls, printenv, ps, rm, sleep, stty, touch, tty } from './system.ts';
import { test } from './test.ts';
import { wget } from './wget.ts';
import { base64, cat, head, seq, sha256sum, tail, tee, tr, wc, yes } from './text.ts';

const busybox: Program = async (args, io, shell) => shell.runCommand(args, io);

/** The programs of a simulated container. */
const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['true', () => 0],
  ['false', () => 1],
  ['[', async (args, io, shell) => test(args.slice(0, -1), io, shell)],
  ...['sh', 'ash', 'bash'].map((name): [string, Program] => [name, sh]),
  ...Object.entries({ base64, busybox, cat, date, echo, env, head, hostname, id, ls, printenv, printf, ps }),
  ...Object.entries({ rm, seq, sha256sum, sleep, stty, tail, tee, test, touch, tr, tty, wc, wget, yes }),
]);

const PROGRAM_DIRECTORY = /^(?:\/usr)?(?:\/local)?\/s?bin\//;

/** The program that a command names, with or without a path. */
export function findProgram(command: string): Program | undefined {
  return PROGRAMS.get(command.replace(PROGRAM_DIRECTORY, ''));
}

/** Runs a program; undefined if there is no program with that name. */
export function runProgram(
  [command = '', ...args]: readonly string[],
  io: Io,
  shell: Shell,
): Promise<number> | undefined {
  const program = findProgram(command);
  return program === undefined ? undefined : Promise.resolve(program(args, io, shell));
}
