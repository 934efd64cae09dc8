import { expandText, type Expansion } from './expand.ts';
import { ReadOnlyError } from '../file-tree.ts';
import { claimMemory, type Io, type Machine } from './process.ts';
import { NOWHERE, Pipe, type Sink } from './streams.ts';
import type { Redirect } from './syntax.ts';

/** Applies redirections from left to right. */
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
      result.stdin = Pipe.of(machine.tree.read(text) ?? Buffer.alloc(0));
      continue;
    }
    const sink = operator === '>&' ? duplicate(text, result) : openTarget(text, operator, result, machine);
    if (fd === 2) result.stderr = sink;
    else if (fd === 1) result.stdout = sink;
    else result.others = new Map(result.others).set(fd, sink);
  }
  return result;
}

/** The target can't be opened for writing: the command does not run. */
export class RedirectError extends Error {
  override readonly name = 'RedirectError';
}

function openTarget(path: string, operator: string, io: Io, machine: Machine): Sink {
  try {
    return openOutput(path, operator === '>>', io, machine);
  } catch (error) {
    if (!(error instanceof ReadOnlyError)) throw error;
    throw new RedirectError(`can't create ${path}: ${error.message}`, { cause: error });
  }
}

/** The stream of a file descriptor; `-` means none. */
function duplicate(descriptor: string, { stdout, stderr, others }: Io): Sink {
  if (descriptor === '1') return stdout;
  if (descriptor === '2') return stderr;
  return others?.get(Number(descriptor)) ?? NOWHERE;
}

/**
 * Opens a path for writing.
 *
 * @throws ReadOnlyError
 */
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
      if (!append || !machine.tree.has(path)) machine.tree.write(path, Buffer.alloc(0));
      return fileSink(path, machine);
  }
}

/** Appends to a file. Its buffer doubles, so that many small writes take linear time. */
function fileSink(path: string, machine: Machine): Sink {
  const { tree } = machine;
  let room = Buffer.alloc(0);
  let written: Buffer | undefined;
  return {
    write(chunk) {
      const current = tree.read(path) ?? Buffer.alloc(0);
      const length = current.length + chunk.length;
      claimMemory(machine, length);
      if (current !== written || length > room.length) {
        room = Buffer.allocUnsafe(length * 2);
        current.copy(room);
      }
      chunk.copy(room, current.length);
      written = room.subarray(0, length);
      tree.write(path, written);
    },
  };
}
