import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { LogOptions } from '../remote-process.ts';
import { logTail } from './log-tail.ts';
import { readLog } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';

const PLAIN: LogOptions = { follow: false, previous: false, timestamps: false };
const START = Date.parse('2030-01-01T00:00:00Z');
const ROOMY = { maxBytes: 1e9, maxFiles: 5, followEndMs: 0 };

function openLog(t: TestContext, limits = ROOMY): { log: LogWriter; clock: { now: number } } {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-log-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const clock = { now: START };
  return { log: new LogWriter(join(directory, '0.log'), () => clock.now, limits), clock };
}

async function read(log: LogWriter, options: Partial<LogOptions> = {}): Promise<string> {
  const chunks: Buffer[] = [];
  const { signal } = new AbortController();
  const writer = options.follow === true ? log : undefined;
  for await (const chunk of readLog(log.path, { ...PLAIN, ...options }, signal, writer)) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');
}

for (const [what, options, expected] of [
  ['all', {}, lines(0, 20)],
  ['the last three', { tailLines: 3 }, lines(17, 20)],
  ['none', { tailLines: 0 }, ''],
  ['more than there are', { tailLines: 99 }, lines(0, 20)],
  ['the first bytes', { limitBytes: 10 }, 'line 0\nlin'],
  ['the first bytes of the last two', { tailLines: 2, limitBytes: 9 }, 'line 18\nl'],
  ['the lines since a time', { sinceTime: new Date(START + 18_000) }, lines(18, 20)],
  ['with timestamps', { tailLines: 1, timestamps: true }, '2030-01-01T00:00:19.000000000Z line 19\n'],
] as const) {
  test(`reads ${what}`, async (t) => {
    const { log, clock } = openLog(t);
    for (let index = 0; index < 20; index += 1) {
      clock.now = START + index * 1000;
      log.write('stdout', Buffer.from(`line ${index}\n`));
    }
    log.end();
    assert.equal(await read(log, options), expected);
  });
}

test('a long line has one timestamp, and its pieces count as entries', async (t) => {
  const { log } = openLog(t);
  log.write('stdout', Buffer.from(`first\n${'x'.repeat(40_000)}\nlast\n`));
  log.end();
  const text = await read(log, { timestamps: true });
  assert.equal(text.split('2030-').length - 1, 3);
  assert.equal((await read(log, { tailLines: 2 })).length, 40_000 - 2 * 16_384 + 1 + 5);
});

test('follow returns everything until the end, an unfinished line only at the end', async (t) => {
  const { log } = openLog(t);
  log.write('stdout', Buffer.from('one\n'));
  const stream = readLog(log.path, { ...PLAIN, follow: true }, new AbortController().signal, log);
  const next = stream[Symbol.asyncIterator]();
  assert.equal(String((await next.next()).value), 'one\n');
  log.write('stderr', Buffer.from('tw'));
  log.write('stderr', Buffer.from('o\nthr'));
  assert.equal(String((await next.next()).value), 'two\n');
  log.end();
  assert.equal(String((await next.next()).value), 'thr');
  assert.equal((await next.next()).done, true);
});

test('follow ends when its signal is aborted', async (t) => {
  const { log } = openLog(t);
  const aborter = new AbortController();
  const stream = readLog(log.path, { ...PLAIN, follow: true }, aborter.signal, log);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.resume();
  queueMicrotask(() => aborter.abort());
  await closed;
  log.end();
});

test('after a rotation, a follower that had read everything continues in the new file', async (t) => {
  const { log } = openLog(t, { maxBytes: 10, maxFiles: 5, followEndMs: 0 });
  log.write('stdout', Buffer.from('before\n'));
  const stream = readLog(log.path, { ...PLAIN, follow: true }, new AbortController().signal, log);
  const next = stream[Symbol.asyncIterator]();
  assert.equal(String((await next.next()).value), 'before\n');
  const second = next.next();
  log.rotate();
  log.write('stdout', Buffer.from('after\n'));
  assert.equal(String((await second).value), 'after\n');
  log.end();
  assert.equal((await next.next()).done, true);
});

test('after a rotation, a follower that is behind ends with the old file; a new read starts at the next byte', async (t) => {
  const { log } = openLog(t, { maxBytes: 10, maxFiles: 5, followEndMs: 0 });
  // More than the reader buffers while nobody reads.
  log.write('stdout', Buffer.from(lines(0, 50_000)));
  const stream = readLog(log.path, { ...PLAIN, follow: true }, new AbortController().signal, log);
  const next = stream[Symbol.asyncIterator]();
  let text = String((await next.next()).value);
  log.rotate();
  log.write('stdout', Buffer.from(lines(50_000, 50_003)));
  for (let chunk = await next.next(); chunk.done !== true; chunk = await next.next()) {
    text += String(chunk.value);
  }
  assert.equal(text, lines(0, 50_000));
  log.end();
  assert.equal(await read(log), lines(50_000, 50_003));
});

test('keeps the configured number of old files; a read returns only the newest', async (t) => {
  const { log } = openLog(t, { maxBytes: 5, maxFiles: 3, followEndMs: 0 });
  for (let index = 0; index < 6; index += 1) {
    log.write('stdout', Buffer.from(`line ${index}\n`));
    log.rotate();
  }
  log.write('stdout', Buffer.from('newest\n'));
  log.end();
  assert.equal(await read(log), 'newest\n');
  assert.equal(log.generation, 6);
});

test('logTail returns the end of a log, for a termination message', async (t) => {
  const { log } = openLog(t);
  log.write('stdout', Buffer.from(lines(0, 200)));
  log.end();
  assert.equal(await logTail(log.path, 2, 2048), 'line 198\nline 199\n');
  assert.equal(await logTail(log.path, 80, 9), 'line 199\n');
  assert.equal(await logTail(join(tmpdir(), 'no-such-log'), 80, 9), '');
});
