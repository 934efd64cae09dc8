import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Channel, type Frame } from 'kubectl-dbg-wire';
import type { ApiRequest, Closed, Cluster, RemoteCommand } from '../../cluster/types.ts';
import { deliverOutput, type DeliveryReport } from './deliver.ts';

/** The timestamp of a line of the fake log. */
const stamp = (index: number): string => `2026-01-01T00:00:00.${String(index).padStart(9, '0')}Z`;

interface LogAnswer {
  lines: string[];
  /** Lines that are sent later. */
  more?: Promise<string[]>;
  /** The response ends when this resolves. */
  until?: Promise<unknown>;
  /** The connection breaks after the lines. */
  breaks?: boolean;
  /** HTTP status of a refusal. */
  refused?: number;
  /** Called when the request arrives. */
  asked?: () => void;
}

/** A cluster that handles log requests with these responses in turn. */
function clusterWith(answers: LogAnswer[]): { cluster: Cluster; requests: ApiRequest[] } {
  const requests: ApiRequest[] = [];
  const stream = async (request: ApiRequest): Promise<AsyncIterable<Uint8Array>> => {
    const answer = answers[requests.length];
    requests.push(request);
    answer?.asked?.();
    if (answer === undefined) throw new Error('no answer is left');
    if (answer.refused !== undefined) throw Object.assign(new Error('refused'), { code: answer.refused });
    async function* body(): AsyncGenerator<Uint8Array> {
      const lines = [...(answer?.lines ?? [])];
      for (const [index, line] of lines.entries()) yield Buffer.from(`${stamp(index)} ${line}`);
      const more = await Promise.race([answer?.more ?? [], aborted(request.signal)]);
      for (const [index, line] of more.entries()) {
        yield Buffer.from(`${stamp(lines.length + index)} ${line}`);
      }
      await Promise.race([answer?.until, aborted(request.signal)]);
      if (answer?.breaks === true) throw new Error('broken');
    }
    return body();
  };
  return { cluster: { stream } as unknown as Cluster, requests };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

/** An attach whose messages the test provides. */
class Attach implements RemoteCommand {
  readonly subprotocol = 'v5.channel.k8s.io';
  readonly canHalfClose = true;
  readonly closed: Promise<Closed>;
  readonly read: string[] = [];
  #end: (closed: Closed) => void = () => {};
  #frames: Frame[] = [];
  #wake: () => void = () => {};
  #over = false;

  constructor() {
    this.closed = new Promise((resolve) => (this.#end = resolve));
  }

  give(text: string, channel: number = Channel.stdout): void {
    this.#frames.push({ kind: 'data', channel, data: Buffer.from(text) });
    this.#wake();
  }

  finish(code = 1000): void {
    if (code === 1000) this.give('{"status":"Success"}', Channel.error);
    this.#over = true;
    this.#end({ code, reason: '' });
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
    while (true) {
      const frame = this.#frames.shift();
      if (frame !== undefined) {
        if (frame.kind === 'data') this.read.push(Buffer.from(frame.data).toString());
        yield frame;
      } else if (this.#over) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  send(): Promise<void> {
    return Promise.resolve();
  }

  endChannel(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.finish(1000);
    return Promise.resolve();
  }
}

class Sink extends Writable {
  text = '';
  #waiters: { text: string; found: () => void }[] = [];

  override _write(data: Buffer, _encoding: string, done: () => void): void {
    this.text += data.toString();
    this.#waiters = this.#waiters.filter(({ text, found }) => {
      if (this.text.includes(text)) found();
      return !this.text.includes(text);
    });
    done();
  }

  shows(text: string): Promise<void> {
    if (this.text.includes(text)) return Promise.resolve();
    return new Promise((found) => this.#waiters.push({ text, found }));
  }
}

interface Session {
  stdout: Sink;
  stderr: Sink;
  requests: ApiRequest[];
  end(): void;
  abort: AbortController;
  report: Promise<DeliveryReport>;
}

function deliver(
  answers: LogAnswer[],
  attach: RemoteCommand | Promise<RemoteCommand | undefined> | undefined,
  options: { tty?: boolean; reattach?: () => Promise<RemoteCommand | undefined>; stdout?: Sink } = {},
): Session {
  const { cluster, requests } = clusterWith(answers);
  const stdout = options.stdout ?? new Sink();
  const stderr = new Sink();
  const abort = new AbortController();
  let end = (): void => {};
  const terminated = new Promise<void>((resolve) => (end = resolve));
  const report = deliverOutput({
    cluster,
    address: { namespace: 'default', pod: 'web', container: 'dbg' },
    attach,
    ...(options.reattach === undefined ? {} : { reattach: options.reattach }),
    terminated,
    stdout,
    stderr,
    tty: options.tty ?? false,
    stdin: false,
    signal: abort.signal,
    // Short, so that the tests need not wait.
    thresholds: { logRetry: 20, endGrace: 200, giveUp: 400 },
  });
  return { stdout, stderr, requests, end, abort, report };
}

const never = new Promise<void>(() => {});
const followed = ({ query }: ApiRequest): boolean => query?.['follow'] === true;

test('joins the log and attach: the beginning from the log, the rest from attach', async () => {
  const attach = new Attach();
  const session = deliver([{ lines: ['one\n', 'two\n', 'three\n'], until: never }], attach);
  attach.give('three\n');
  await session.stdout.shows('three');
  attach.give('four\n');
  await session.stdout.shows('four');
  attach.give('oops\n', Channel.stderr);
  await session.stderr.shows('oops');
  attach.finish();
  session.end();
  const report = await session.report;
  assert.equal(session.stdout.text, 'one\ntwo\nthree\nfour\n');
  assert.equal(session.stderr.text, 'oops\n');
  assert.deepEqual([report.lost, report.bytes, report.complete], [0, 24, true]);
  assert.deepEqual(report.end, { kind: 'success' });
});

test('rejects if attach fails to open, rather than ending the output', async () => {
  const session = deliver([{ lines: [], until: never }], Promise.reject(new Error('no code for this')));
  await assert.rejects(session.report, /no code for this/);
});

test('delivers the whole log if attach is not opened', async () => {
  const session = deliver([{ lines: ['one\n', 'two'] }], Promise.resolve(undefined));
  session.end();
  const report = await session.report;
  assert.equal(session.stdout.text, 'one\ntwo');
  assert.deepEqual([report.lost, report.complete, report.fromLog], [0, true, 7]);
});

test('resumes the log where its connection broke, each line once', async () => {
  const session = deliver(
    [
      { lines: ['same\n', 'same\n'], breaks: true, until: Promise.resolve() },
      { lines: ['same\n', 'same\n', 'same\n', 'last\n'] },
    ],
    undefined,
  );
  await session.stdout.shows('last');
  session.end();
  const report = await session.report;
  assert.equal(session.stdout.text, 'same\nsame\nsame\nlast\n');
  assert.equal(report.lost, 0);
  assert.equal(session.requests[1]?.query?.['sinceTime'], '2026-01-01T00:00:00Z');
});

test('reports that the beginning is missing without the right to read the log', async () => {
  const attach = new Attach();
  const session = deliver([{ lines: [], refused: 403 }], attach);
  attach.give('live\n');
  await session.stdout.shows('live');
  attach.finish();
  session.end();
  const report = await session.report;
  assert.equal(session.stdout.text, 'live\n');
  assert.equal(report.lost, 'unknown');
  assert.equal(report.gaps[0]?.reason, 'log-refused');
});

test('fills the gap of a broken attach from the log, and continues with the next attach', async () => {
  const first = new Attach();
  const second = new Attach();
  let goOn: (lines: string[]) => void = () => {};
  const more = new Promise<string[]>((resolve) => (goOn = resolve));
  let resolve = (): void => {};
  const opened = new Promise<void>((done) => (resolve = done));
  const session = deliver([{ lines: ['one\n', 'two\n'], more, until: never }], first, {
    reattach: () => {
      resolve();
      return Promise.resolve(second);
    },
  });
  first.give('two\n');
  await session.stdout.shows('two');
  first.finish(1006);
  await opened;
  goOn(['three\n', 'four\n']);
  second.give('four\n');
  await session.stdout.shows('four');
  second.give('five\n');
  await session.stdout.shows('five');
  second.finish();
  session.end();
  const report = await session.report;
  assert.equal(session.stdout.text, 'one\ntwo\nthree\nfour\nfive\n');
  assert.equal(report.lost, 0);
});

test('shows a prompt on a terminal immediately', async () => {
  const attach = new Attach();
  const session = deliver([{ lines: ['hello\n'], until: never }], attach, { tty: true });
  attach.give('$ ');
  await session.stdout.shows('$ ');
  assert.equal(session.stdout.text, 'hello\r\n$ ');
  session.abort.abort();
  assert.equal((await session.report).complete, false);
});

test('does not read attach faster than the output accepts it', async () => {
  const attach = new Attach();
  let release = (): void => {};
  const stdout = new (class extends Sink {
    constructor() {
      super({ highWaterMark: 1 });
    }

    override _write(data: Buffer, encoding: string, done: () => void): void {
      if (this.text.includes('stop')) release = () => super._write(data, encoding, done);
      else super._write(data, encoding, done);
    }
  })();
  const session = deliver([{ lines: ['first line\n'], until: never }], attach, { stdout });
  attach.give('first line\n');
  await stdout.shows('first line');
  attach.give('stop\n');
  await stdout.shows('stop');
  for (let index = 0; index < 50; index += 1) attach.give(`line ${index}\n`);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(attach.read.length < 6, `${attach.read.length} messages were read`);
  session.abort.abort();
  release();
  assert.equal((await session.report).complete, false);
});

test('ends if the output is closed', async () => {
  let goOn: (lines: string[]) => void = () => {};
  const more = new Promise<string[]>((resolve) => (goOn = resolve));
  const session = deliver([{ lines: ['first\n'], more, until: never }], undefined);
  await session.stdout.shows('first');
  session.stdout.destroy();
  goOn(['second\n']);
  assert.equal((await session.report).complete, false);
});

test('shows the data of attach although the log stalls, and reports that something may be missing', async () => {
  const attach = new Attach();
  const session = deliver([{ lines: ['first line\n'], until: never }], attach);
  await session.stdout.shows('first line');
  attach.give('much later\n');
  attach.finish();
  session.end();
  const report = await session.report;
  assert.equal(session.stdout.text, 'first line\nmuch later\n');
  assert.equal(report.lost, 'unknown');
});

test('requests the log again if it falls silent while attach continues', async () => {
  const attach = new Attach();
  const session = deliver(
    [
      { lines: ['first line\n'], until: never },
      { lines: ['first line\n', 'second line\n'], until: never },
    ],
    attach,
  );
  await session.stdout.shows('first line');
  attach.give('second line\n');
  await session.stdout.shows('second line');
  attach.finish();
  session.end();
  assert.equal((await session.report).lost, 0);
  assert.equal(session.requests.filter(followed).length, 2);
});

test('does not wait for the end of a followed log if the container has terminated and a plain read finds no more', async () => {
  const session = deliver([{ lines: ['one\n'], until: never }, { lines: ['one\n'] }], undefined);
  await session.stdout.shows('one');
  session.end();
  const { lost } = await session.report;
  assert.deepEqual({ lost, text: session.stdout.text }, { lost: 0, text: 'one\n' });
  assert.deepEqual(session.requests.map(followed), [true, false]);
});

test('waits for a followed log that is incomplete when the container has terminated', async () => {
  let give: (lines: string[]) => void = () => undefined;
  const more = new Promise<string[]>((resolve) => (give = resolve));
  const all = ['one\n', 'two\n'];
  const session = deliver(
    [{ lines: ['one\n'], more, until: never }, { lines: all, asked: () => give(['two\n']) }, { lines: all }],
    undefined,
  );
  await session.stdout.shows('one');
  session.end();
  const { lost } = await session.report;
  assert.deepEqual({ lost, text: session.stdout.text }, { lost: 0, text: 'one\ntwo\n' });
  assert.deepEqual(session.requests.map(followed), [true, false, false]);
});
