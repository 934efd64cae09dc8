import { Writable } from 'node:stream';
import type * as NodePty from '@lydell/node-pty';
import { deferred } from '../../cri/deferred.ts';
import type { ChildOptions, StreamedChild } from './child-process.ts';
import { readToEnd } from './read-to-end.ts';

/** node-pty needs an initial size; the first resize sets the real one. */
const START_SIZE = { cols: 80, rows: 24 };

/**
 * Starts `argv`, a runc in the foreground, on a pseudo-terminal. runc copies between it and the container's own terminal,
 * and sets it to raw mode. (Node can't receive the container's terminal itself, which runc sends by SCM_RIGHTS.)
 *
 * As on a real node, the size is 0 by 0 until the first resize.
 */
export async function spawnOnTerminal(
  argv: readonly string[],
  options: ChildOptions,
): Promise<StreamedChild> {
  const { spawn } = await loadNodePty();
  // The stty of busybox does not accept 0.
  const sized = ['sh', '-c', '/bin/stty rows 0 cols 0 2>/dev/null; exec "$@"', 'sh', ...argv];
  const terminal = spawn('busybox', sized, { ...START_SIZE, encoding: null, env: options.env });
  readToEnd(terminal);
  const { promise: ended, resolve } = deferred<number>();
  // node-pty drops output before there is a listener.
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
      // node-pty accepts a Buffer, although its type says string.
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
        // The process has terminated: its terminal is closed shortly before the exit event.
      }
    },
    ended,
  };
}

/**
 * runc disables the translation of LF in the container's terminal, so that only the outer one translates. Output from
 * before that is translated twice.
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
