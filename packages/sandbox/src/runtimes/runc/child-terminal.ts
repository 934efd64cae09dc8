import { Writable } from 'node:stream';
import type * as NodePty from '@lydell/node-pty';
import { deferred } from '../../cri/deferred.ts';
import type { ChildOptions, StreamedChild } from './child-process.ts';

/** node-pty wants a size; the real one comes with the first resize. */
const START_SIZE = { cols: 80, rows: 24 };

/**
 * Starts `argv` on a pseudo-terminal, whose bytes runc carries to and from the container's own.
 *
 * Node can't receive the terminal that runc offers by SCM_RIGHTS; a runc in the foreground does, and puts the
 * outer terminal into raw mode, so that nothing is changed on the way.
 * A terminal nobody has sized yet is 0 by 0, as on a real node.
 */
export async function spawnOnTerminal(
  argv: readonly string[],
  options: ChildOptions,
): Promise<StreamedChild> {
  const { spawn } = await loadNodePty();
  // The stty of busybox takes no 0.
  const sized = ['sh', '-c', '/bin/stty rows 0 cols 0 2>/dev/null; exec "$@"', 'sh', ...argv];
  const terminal = spawn('busybox', sized, { ...START_SIZE, encoding: null, env: options.env });
  const { promise: ended, resolve } = deferred<number>();
  // What comes before anybody listens is kept: node-pty would drop it.
  let early: Buffer[] = [];
  let deliver: ((chunk: Buffer) => void) | undefined;
  terminal.onData((data) => {
    const chunk = withoutDoubleReturns(Buffer.from(data as unknown as Uint8Array));
    if (deliver === undefined) early.push(chunk);
    else deliver(chunk);
  });
  terminal.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode));
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // node-pty passes a Buffer through as it is, though its types say string.
      terminal.write(chunk as unknown as string);
      done();
    },
  });
  stdin.on('error', () => {});
  return {
    pid: terminal.pid,
    stdin: options.stdin ? stdin : undefined,
    onOutput(listener) {
      deliver = (chunk) => listener('stdout', chunk);
      for (const chunk of early) deliver(chunk);
      early = [];
    },
    pause: () => terminal.pause(),
    resume: () => terminal.resume(),
    resize({ width, height }) {
      if (width === 0 || height === 0) return;
      try {
        terminal.resize(width, height);
      } catch {
        // The process has ended: its terminal is closed a moment before that is told.
      }
    },
    ended,
  };
}

/**
 * runc takes the translation of line ends from the container's terminal and leaves it to the outer one. What a
 * process prints before runc has got to that is translated by both.
 */
function withoutDoubleReturns(chunk: Buffer): Buffer {
  if (!chunk.includes('\r\r\n')) return chunk;
  return Buffer.from(chunk.toString('latin1').replaceAll('\r\r\n', '\r\n'), 'latin1');
}

async function loadNodePty(): Promise<typeof NodePty> {
  try {
    return await import('@lydell/node-pty');
  } catch (error) {
    throw new Error('containers with a terminal need the optional package @lydell/node-pty', {
      cause: error,
    });
  }
}
