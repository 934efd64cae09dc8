import { expandText, type Expansion } from './expand.ts';
import type { Io, Machine } from './process.ts';
import { NOWHERE, Pipe, type Sink } from './streams.ts';
import type { Redirect } from './syntax.ts';

/** Applies redirections from left to right. Files are kept in the machine's memory. */
export async function openRedirects(
  redirects: readonly Redirect[],
  io: Io,
  machine: Machine,
  expansion: Expansion,
): Promise<Io> {
  const result = { ...io };
  for (const { fd, operator, target } of redirects) {
    const text = await expandText(target, expansion);
    if (operator === '<') {
      result.stdin = Pipe.of(machine.tree.files.get(text) ?? Buffer.alloc(0));
      continue;
    }
    const sink =
      operator === '>&' && text === '1'
        ? result.stdout
        : operator === '>&' && text === '2'
          ? result.stderr
          : openOutput(text, operator === '>>', result, machine);
    if (fd === 2) result.stderr = sink;
    else result.stdout = sink;
  }
  return result;
}

/** Opens a path for writing. */
export function openOutput(path: string, append: boolean, io: Io, machine: Machine): Sink {
  switch (path) {
    case '/dev/null':
      return NOWHERE;
    case '/dev/stdout':
      return io.stdout;
    case '/dev/stderr':
      return io.stderr;
    case '/proc/1/fd/1':
      return machine.console?.stdout ?? NOWHERE;
    case '/proc/1/fd/2':
      return machine.console?.stderr ?? NOWHERE;
    default:
      if (!append || !machine.tree.files.has(path)) machine.tree.files.set(path, Buffer.alloc(0));
      return {
        write(chunk) {
          machine.tree.files.set(
            path,
            Buffer.concat([machine.tree.files.get(path) ?? Buffer.alloc(0), chunk]),
          );
        },
      };
  }
}
