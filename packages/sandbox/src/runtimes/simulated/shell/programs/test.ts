import type { Io } from '../process.ts';
import type { Shell } from '../shell.ts';
import { bytes, type Program } from './program.ts';

const COMPARISONS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '-eq': (a, b) => Number(a) === Number(b),
  '-ne': (a, b) => Number(a) !== Number(b),
  '-lt': (a, b) => Number(a) < Number(b),
  '-le': (a, b) => Number(a) <= Number(b),
  '-gt': (a, b) => Number(a) > Number(b),
  '-ge': (a, b) => Number(a) >= Number(b),
};

const USAGE_ERROR = 2;

/** `test EXPRESSION` with `!`, strings, numbers and the existence of files. */
export const test: Program = async (args, io, shell) => {
  const result = holds(args, io, shell);
  if (result !== undefined) return result ? 0 : 1;
  await io.stderr.write(bytes(`test: ${args.join(' ')}: unknown operand\n`));
  return USAGE_ERROR;
};

function holds(args: readonly string[], io: Io, shell: Shell): boolean | undefined {
  const [first = '', second = '', third = ''] = args;
  if (args.length === 0) return false;
  if (first === '!' && args.length > 1) {
    const inner = holds(args.slice(1), io, shell);
    return inner === undefined ? undefined : !inner;
  }
  if (args.length === 1) return first !== '';
  if (args.length === 3) return COMPARISONS[second]?.(first, third);
  if (args.length !== 2) return undefined;
  if (first === '-z') return second === '';
  if (first === '-n') return second !== '';
  if (first === '-t') return io.terminal !== undefined;
  if (/^-[efrws]$/.test(first)) return shell.machine.tree.has(second);
  return undefined;
}
