import { PassThrough, Writable } from 'node:stream';
import type { RemoteProcess, StreamOptions } from '../../cri/remote-process.ts';
import type { Io, Machine } from './shell/process.ts';
import { NOWHERE, Pipe, type Sink } from './shell/streams.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { Terminal } from './terminal.ts';

/** Starts a command in a running container; calls `onStart` with its process. */
export function startExec(
  argv: readonly string[],
  streams: StreamOptions,
  machine: Machine,
  env: ReadonlyMap<string, string>,
  onStart: (process: SimulatedProcess) => void,
): RemoteProcess {
  const stdout = streams.stdout ? new PassThrough() : undefined;
  const stderr = streams.stderr && !streams.tty ? new PassThrough() : undefined;
  const terminal = streams.tty ? new Terminal(sinkOf(stdout), () => process.signal('SIGINT')) : undefined;
  const input = terminal?.input ?? new Pipe();
  if (!streams.stdin) input.end();
  const io: Io = {
    stdin: input,
    stdout: terminal?.output ?? sinkOf(stdout),
    stderr: terminal?.output ?? sinkOf(stderr),
    ...(terminal === undefined ? {} : { terminal: terminal.state }),
  };
  const process = new SimulatedProcess({ run: { argv }, machine, env, io, init: false });
  onStart(process);
  const stdin = streams.stdin ? inputStream(input, terminal) : undefined;
  const ended = process.ended.finally(() => {
    input.close();
    stdout?.end();
    stderr?.end();
  });
  return {
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    resize: (size) => terminal?.resize(size),
    ended,
    detach() {
      stdin?.destroy();
      stdout?.destroy();
      stderr?.destroy();
      input.end();
    },
  };
}

/** The writable side of a process's stdin. Input after the process has closed it is discarded. */
export function inputStream(input: Pipe, terminal: Terminal | undefined): Writable {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const taken = terminal === undefined ? input.write(chunk) : terminal.type(chunk);
      void taken.catch(() => {}).finally(done);
    },
    final(done) {
      input.end();
      done();
    },
  });
  stream.on('error', () => {});
  return stream;
}

/** Writes to a stream with back-pressure; discards output after the reader has closed it. */
function sinkOf(stream: PassThrough | undefined): Sink {
  if (stream === undefined) return NOWHERE;
  return {
    async write(chunk) {
      if (stream.destroyed || stream.write(chunk)) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stream.off('drain', done);
          stream.off('close', done);
          resolve();
        };
        stream.on('drain', done);
        stream.on('close', done);
      });
    },
  };
}
