import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { Channel } from 'kubectl-dbg-wire';
import { FakeCommand } from '../../testing/fake-command.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { relayOutput } from './relay.ts';

const SUCCESS = '{"metadata":{},"status":"Success"}';
const EXIT_7 = JSON.stringify({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: '7' }] },
});

function scene(stdout: Writable = new PassThrough()) {
  const command = new FakeCommand();
  const clock = new ManualClock();
  const stderr = new PassThrough();
  return { command, clock, stdout, stderr, relayed: relayOutput(command, stdout, stderr, clock) };
}

test('each stream receives its bytes, and both are counted', async () => {
  const { command, stdout, stderr, relayed } = scene();
  command.give('out');
  command.give('error!', Channel.stderr);
  command.give(EXIT_7, Channel.error);
  command.finish(1000);
  assert.deepEqual(await relayed, {
    stdout: 3,
    stderr: 6,
    end: { kind: 'exit', code: 7 },
    complete: true,
  });
  assert.equal(String((stdout as PassThrough).read()), 'out');
  assert.equal(String(stderr.read()), 'error!');
});

test('a connection that breaks without a status does not report an end', async () => {
  const { command, relayed } = scene();
  command.give('half');
  command.finish(1006);
  assert.deepEqual(await relayed, { stdout: 4, stderr: 0, end: undefined, complete: true });
});

test('abandons streams that stay open after the end, after a short silence', async () => {
  const { command, clock, relayed } = scene();
  command.give(SUCCESS, Channel.error);
  await clock.pass(250);
  command.give('late');
  await clock.pass(250);
  command.give('later');
  assert.equal((await clock.until(relayed, 1_000)).stdout, 9);
  assert.ok(clock.now() < 1_000, `${clock.now()} ms`);
  assert.equal(clock.waiting, 0);
});

test('follows the output of a background process for only two seconds', async () => {
  const { command, clock, relayed } = scene();
  command.give(SUCCESS, Channel.error);
  const state = { over: false };
  void relayed.then(() => (state.over = true));
  for (; !state.over && clock.now() < 60_000; await clock.pass(100)) command.give('x');
  assert.ok(clock.now() >= 2_000 && clock.now() <= 2_200, `${clock.now()} ms`);
  assert.equal((await relayed).end?.kind, 'success');
});

test('ends if the output is closed', async () => {
  const { command, stdout, relayed } = scene();
  stdout.destroy();
  command.give('x');
  assert.equal((await relayed).complete, false);
});

test('a slow reader slows the command down: reads no more than it accepts', async () => {
  let take: () => void = () => undefined;
  const slow = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => void (take = done),
  });
  const { command, clock, relayed } = scene(slow);
  command.give('first');
  command.give('second');
  await clock.rest();
  assert.equal(slow.writableLength, 5, 'the second is not read while the first is not taken');
  take();
  await clock.rest();
  assert.equal(slow.writableLength, 6);
  take();
  command.finish(1000);
  assert.equal((await relayed).stdout, 11);
});
