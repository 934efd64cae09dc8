import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair, PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { FrameReader, FrameWriter, type SpdyFrame } from 'kubectl-dbg-wire/spdy';
import type { RemoteProcess } from '../../../cri/remote-process.ts';
import { ExpectedStreams } from './expect-streams.ts';
import { PortForwarder } from './port-forward.ts';
import { SpdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';
import { runSpdyCommand } from './stream-command.ts';

/** A client that records all received frames. */
class Client {
  readonly frames: SpdyFrame[] = [];
  readonly transport: Duplex;
  readonly #writer = new FrameWriter();
  readonly #reader = new FrameReader();
  readonly #watchers = new Set<() => void>();

  constructor(transport: Duplex) {
    this.transport = transport;
    transport.on('error', () => undefined);
    transport.on('data', (chunk: Buffer) => {
      this.frames.push(...this.#reader.read(chunk));
      for (const watcher of this.#watchers) watcher();
    });
  }

  send(frame: SpdyFrame): void {
    this.transport.write(this.#writer.write(frame));
  }

  open(streamId: number, headers: Record<string, string>, fin = false): void {
    const map = new Map(Object.entries(headers));
    const rest = { associatedTo: 0, priority: 0, unidirectional: false };
    this.send({ type: 'synStream', streamId, fin, headers: map, ...rest });
  }

  data(streamId: number, text: string, fin = false): void {
    this.send({ type: 'data', streamId, fin, data: Buffer.from(text) });
  }

  /** The received data of a stream, with `<FIN>` at its end. */
  text(streamId: number): string {
    return this.frames
      .flatMap((frame) => (frame.type === 'data' && frame.streamId === streamId ? [frame] : []))
      .map((frame) => frame.data.toString() + (frame.fin ? '<FIN>' : ''))
      .join('');
  }

  has(part: Record<string, unknown>): boolean {
    return this.frames.some((frame) =>
      Object.entries(part).every(([key, value]) => (frame as Record<string, unknown>)[key] === value),
    );
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }
}

function connect(onStream: (stream: SpdyStream) => void): { client: Client; connection: SpdyConnection } {
  const [near, far] = duplexPair();
  return { client: new Client(far), connection: new SpdyConnection(near, Buffer.alloc(0), onStream) };
}

describe('a connection', () => {
  test('accepts streams, carries data in both directions and ends each separately', async () => {
    const { client } = connect((stream) => {
      stream.accept();
      stream.pipe(stream);
    });
    client.open(1, { name: 'echo' });
    client.data(1, 'hello ');
    client.data(1, 'world', true);
    await client.until(() => client.text(1).endsWith('<FIN>'));
    assert.equal(client.text(1), 'hello world<FIN>');
    assert.ok(client.has({ type: 'synReply', streamId: 1 }));
    assert.ok(!client.has({ type: 'rstStream' }), 'a stream that ended both ways needs no reset');
  });

  test('replies to pings of the client', async () => {
    const { client } = connect(() => undefined);
    client.send({ type: 'ping', id: 5 });
    await client.until(() => client.has({ type: 'ping', id: 5 }));
  });

  test('refuses stream ids that are even or not ascending', async () => {
    const opened: number[] = [];
    const { client } = connect((stream) => opened.push(stream.id));
    for (const id of [2, 5, 3]) client.open(id, {});
    await client.until(() => client.has({ type: 'rstStream', streamId: 3, status: 1 }));
    assert.ok(client.has({ type: 'rstStream', streamId: 2, status: 1 }));
    assert.deepEqual(opened, [5]);
  });

  test('a reset by the client ends the stream without a reset in return', async () => {
    const streams: SpdyStream[] = [];
    const { client } = connect((stream) => streams.push(stream));
    client.open(1, {});
    client.send({ type: 'ping', id: 1 });
    await client.until(() => client.has({ type: 'ping' }));
    const closed = once(streams[0] as SpdyStream, 'close');
    client.send({ type: 'rstStream', streamId: 1, status: 5 });
    await closed;
    client.send({ type: 'ping', id: 3 });
    await client.until(() => client.has({ type: 'ping', id: 3 }));
    assert.ok(!client.has({ type: 'rstStream' }));
  });

  test('window updates are sent when data is read, not before', async () => {
    let stream: SpdyStream | undefined;
    const { client } = connect((opened) => {
      stream = opened;
      opened.accept();
    });
    client.open(1, {});
    const block = 'x'.repeat(60_000);
    for (let sent = 0; sent < 20; sent += 1) client.data(1, block);
    client.send({ type: 'ping', id: 1 });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    assert.ok(!client.has({ type: 'ping' }), 'a full stream holds the connection');
    stream?.resume();
    await client.until(() => client.has({ type: 'ping' }));
    const granted = () =>
      client.frames.reduce((sum, frame) => sum + (frame.type === 'windowUpdate' ? frame.delta : 0), 0);
    await client.until(() => granted() >= 20 * 60_000 - 32 * 1024);
  });

  test('invalid frames end the connection with an error', async () => {
    const { client, connection } = connect(() => undefined);
    client.transport.write(Buffer.from('80020001000000000000', 'hex'));
    await connection.closed;
  });

  test('the end of the connection ends every stream', async () => {
    const { client, connection } = connect((stream) => {
      stream.accept();
      stream.once('close', () => ended.push(stream.id));
    });
    const ended: number[] = [];
    client.open(1, {});
    client.open(3, {});
    client.send({ type: 'ping', id: 1 });
    await client.until(() => client.has({ type: 'ping' }));
    client.transport.end();
    await connection.closed;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    assert.deepEqual(ended, [1, 3]);
  });
});

describe('a command', () => {
  function fakeProcess(): {
    process: RemoteProcess;
    sizes: unknown[];
    stdin: PassThrough;
    stdout: PassThrough;
    end: (code: number) => void;
    detached: () => boolean;
  } {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const sizes: unknown[] = [];
    let detached = false;
    let resolveEnd: (end: { exitCode: number }) => void;
    const ended = new Promise<{ exitCode: number }>((resolve) => {
      resolveEnd = resolve;
    });
    const process: RemoteProcess = {
      stdin,
      stdout,
      stderr,
      resize: (size) => sizes.push(size),
      ended,
      detach: () => {
        detached = true;
        stdout.destroy();
        stderr.destroy();
      },
    };
    return {
      process,
      sizes,
      stdin,
      stdout,
      end: (exitCode) => {
        stdout.end();
        stderr.end('oops');
        resolveEnd({ exitCode });
      },
      detached: () => detached,
    };
  }

  async function open(
    process: RemoteProcess,
    types: string[],
    options: { tty?: boolean; endsWithStdin?: boolean; subprotocol?: string } = {},
  ) {
    const expected = new ExpectedStreams(types);
    const { client, connection } = connect((stream) => expected.add(stream));
    for (const [position, streamtype] of types.entries()) client.open(position * 2 + 1, { streamtype });
    const streams = await expected.complete;
    assert.ok(streams !== undefined);
    const { tty = false, endsWithStdin = false, subprotocol = 'v4.channel.k8s.io' } = options;
    const session = runSpdyCommand(connection, streams, process, {
      subprotocol,
      streams: { stdin: true, stdout: true, stderr: !tty, tty },
      command: ['cat'],
      endsWithStdin,
    });
    return { client, session };
  }

  const TYPES = ['error', 'stdin', 'stdout', 'stderr'];

  test('carries input, output and the exit status', async () => {
    const { process, stdin, stdout, end } = fakeProcess();
    const { client, session } = await open(process, TYPES);
    client.data(3, 'input', true);
    const [input] = (await once(stdin, 'data')) as [Buffer];
    assert.equal(input.toString(), 'input');
    stdout.write('output');
    end(7);
    await session;
    await client.until(() => client.has({ type: 'goAway' }));
    assert.equal(client.text(5), 'output<FIN>');
    assert.equal(client.text(7), 'oops<FIN>');
    assert.match(client.text(1), /"reason":"NonZeroExitCode".*"message":"7".*<FIN>$/);
  });

  test('older protocols send a failure as text, and nothing on success', async () => {
    for (const [code, text] of [
      [0, /^<FIN>$/],
      [3, /^command terminated with non-zero exit code: .*3<FIN>$/],
    ] as const) {
      const { process, end } = fakeProcess();
      const { client, session } = await open(process, TYPES, { subprotocol: 'v3.channel.k8s.io' });
      end(code);
      await session;
      await client.until(() => client.text(1).endsWith('<FIN>'));
      assert.match(client.text(1), text);
    }
  });

  test('parses terminal sizes, several in one frame or one in several frames', async () => {
    const { process, sizes, end } = fakeProcess();
    const { client, session } = await open(process, ['error', 'stdin', 'stdout', 'resize'], { tty: true });
    client.data(7, '{"Width":80,"Height":24}\n{"Width":90,"Hei');
    client.data(7, 'ght":30}\n');
    client.send({ type: 'ping', id: 1 });
    await client.until(() => client.has({ type: 'ping' }));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    end(0);
    await session;
    assert.deepEqual(sizes, [
      { width: 80, height: 24 },
      { width: 90, height: 30 },
    ]);
  });

  test('is detached when the client disconnects', async () => {
    const { process, detached } = fakeProcess();
    const { client, session } = await open(process, TYPES);
    client.transport.end();
    await session;
    assert.ok(detached());
  });

  test('is detached when stdin ends, for an attach without stdinOnce', async () => {
    const { process, detached } = fakeProcess();
    const { client, session } = await open(process, TYPES, { endsWithStdin: true });
    client.data(3, 'x', true);
    await session;
    assert.ok(detached());
    await client.until(() => client.has({ type: 'goAway' }));
    assert.match(client.text(1), /"status":"Success"/);
  });
});

describe('port-forward', () => {
  function forward(connectTo: (port: number) => Promise<Duplex>) {
    const forwarder = new PortForwarder(connectTo);
    const { client, connection } = connect((stream) => forwarder.add(stream));
    void connection.closed.then(() => forwarder.close());
    return client;
  }

  test('connects the two streams of a request, opened in any order, to a port', async () => {
    const ports: number[] = [];
    const client = forward((port) => {
      ports.push(port);
      const [near, far] = duplexPair();
      far.on('data', (chunk: Buffer) => far.write(chunk.toString().toUpperCase()));
      far.on('end', () => far.end());
      return Promise.resolve(near);
    });
    client.open(1, { streamtype: 'error', port: '80', requestid: '0' }, true);
    client.open(3, { streamtype: 'data', port: '81', requestid: '1' });
    client.open(5, { streamtype: 'data', port: '80', requestid: '0' });
    client.open(7, { streamtype: 'error', port: '81', requestid: '1' }, true);
    client.data(5, 'first', true);
    client.data(3, 'second', true);
    await client.until(() => [1, 3, 5, 7].every((id) => client.text(id).endsWith('<FIN>')));
    assert.equal(client.text(5), 'FIRST<FIN>');
    assert.equal(client.text(3), 'SECOND<FIN>');
    assert.equal(client.text(1) + client.text(7), '<FIN><FIN>');
    assert.deepEqual(
      ports.toSorted((a, b) => a - b),
      [80, 81],
    );
  });

  test('a failed connection is reported on the error stream', async () => {
    const client = forward(() => Promise.reject(new Error('connection refused')));
    client.open(1, { streamtype: 'error', port: '80', requestid: '0' }, true);
    client.open(3, { streamtype: 'data', port: '80', requestid: '0' });
    await client.until(() => client.text(1).endsWith('<FIN>'));
    assert.equal(client.text(1), 'connection refused<FIN>');
  });

  const refused: [name: string, headers: Record<string, string>][] = [
    ['no port', { streamtype: 'data', requestid: '0' }],
    ['an invalid port', { streamtype: 'data', port: '70000', requestid: '0' }],
    ['an unknown type', { streamtype: 'stdin', port: '80', requestid: '0' }],
  ];
  for (const [name, headers] of refused) {
    test(`a stream with ${name} is refused`, async () => {
      const client = forward(() => Promise.reject(new Error('not to be called')));
      client.open(1, headers);
      await client.until(() => client.has({ type: 'rstStream', streamId: 1 }));
    });
  }
});
