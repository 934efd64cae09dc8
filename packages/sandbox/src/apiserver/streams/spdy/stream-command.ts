import type { Readable } from 'node:stream';
import { decodeResize } from 'kubectl-dbg-wire';
import type { RemoteProcess } from '../../../cri/remote-process.ts';
import { commandStatus, type RemoteCommandOptions, type SessionEnd } from '../command-status.ts';
import type { SpdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';

/** Copies a process's streams over SPDY until the process terminates or the client disconnects. */
export async function runSpdyCommand(
  connection: SpdyConnection,
  streams: ReadonlyMap<string, SpdyStream>,
  process: RemoteProcess,
  options: RemoteCommandOptions,
): Promise<void> {
  const outputs = [pump(process.stdout, streams.get('stdout')), pump(process.stderr, streams.get('stderr'))];
  const stdinEnded = connectStdin(process, streams.get('stdin'));
  const resize = streams.get('resize');
  if (resize !== undefined && options.streams.tty) void followSizes(process, resize);
  const ended = process.ended.then(
    (end): SessionEnd => ({ end }),
    (error: unknown): SessionEnd => ({ error }),
  );
  const outcome = await Promise.race([
    Promise.all(outputs).then(() => ended),
    connection.closed.then(() => 'gone' as const),
    ...(options.endsWithStdin ? [stdinEnded.then(() => 'detached' as const)] : []),
  ]);
  if (outcome === 'gone' || outcome === 'detached') process.detach();
  if (outcome !== 'gone') {
    const status = commandStatus(outcome === 'detached' ? { end: undefined } : outcome, options);
    for (const name of ['stdout', 'stderr']) await finish(streams.get(name));
    await finish(streams.get('error'), status);
  }
  connection.close();
}

/** Writes with back-pressure; output after the client has disconnected is lost. */
async function pump(output: Readable | undefined, stream: SpdyStream | undefined): Promise<void> {
  if (output === undefined || stream === undefined) return;
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      if (!stream.write(chunk)) await drained(stream);
    }
  } catch {
    // The output has broken with its process, which reports the end.
  }
}

function drained(stream: SpdyStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
    if (stream.destroyed) done();
  });
}

/** Resolves when the client has ended its stdin. */
function connectStdin(process: RemoteProcess, stream: SpdyStream | undefined): Promise<void> {
  if (stream === undefined || process.stdin === undefined) return new Promise(() => undefined);
  const { stdin } = process;
  // The process has closed its stdin; further input is lost, as on a real node.
  stdin.on('error', () => stream.resume());
  stdin.once('close', () => stream.resume());
  const ended = new Promise<void>((resolve) => {
    stream.once('end', resolve);
  });
  stream.pipe(stdin);
  return ended;
}

/** Applies terminal sizes, which are JSON documents. As on a real node, a malformed one ends this. */
async function followSizes(process: RemoteProcess, stream: SpdyStream): Promise<void> {
  let text = '';
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const lines = (text + chunk.toString('utf8')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const size = decodeResize(Buffer.from(line));
        if (size === undefined) return;
        process.resize(size);
      }
    }
  } catch {
    // The client has disconnected.
  }
}

/** Ends a stream, with final data, and waits until it is sent or the stream is closed. */
async function finish(stream: SpdyStream | undefined, data?: Buffer): Promise<void> {
  if (stream === undefined || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.end(data ?? Buffer.alloc(0), () => resolve());
  });
}
