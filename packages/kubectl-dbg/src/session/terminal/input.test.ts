import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { FakeCommand } from '../../testing/fake-command.ts';
import { DetachKeys } from './detach-keys.ts';
import { sendInput } from './input.ts';

const never = new AbortController().signal;

test('sends all data, then the end', async () => {
  const command = new FakeCommand();
  const end = await sendInput(Readable.from([Buffer.from('a'), Buffer.from('b')]), command, undefined, never);
  assert.deepEqual(end, { kind: 'end-of-input' });
  assert.equal(Buffer.concat(command.sent).toString(), 'ab');
  assert.ok(command.inputEnded);
});

test('a directory is not an end of input', async () => {
  const command = new FakeCommand();
  const end = await sendInput(createReadStream('/'), command, undefined, never);
  assert.deepEqual(end, { kind: 'unreadable', why: 'it is a directory' });
  assert.ok(!command.inputEnded);
});

const failures: [code: string, why: RegExp][] = [
  ['EIO', /^input\/output error$/],
  ['EACCES', /^permission denied$/],
  ['EOTHER', /^what happened$/],
];
for (const [code, why] of failures) {
  test(`${code} halfway is not an end of input`, async () => {
    const command = new FakeCommand();
    const stdin = new PassThrough();
    stdin.on('error', () => undefined);
    const sending = sendInput(stdin, command, undefined, never);
    stdin.write('part', () => stdin.destroy(Object.assign(new Error('what happened'), { code })));
    const end = await sending;
    assert.ok(end.kind === 'unreadable');
    assert.match(end.why, why);
    assert.ok(!command.inputEnded);
  });
}

test('input that is closed before its end is truncated', async () => {
  const command = new FakeCommand();
  const stdin = new PassThrough();
  const sending = sendInput(stdin, command, undefined, never);
  stdin.destroy();
  assert.deepEqual(await sending, { kind: 'unreadable', why: 'it was closed before its end' });
  assert.ok(!command.inputEnded);
});

test('aborting leaves the input readable, and signals no end', async () => {
  const command = new FakeCommand();
  const stdin = new PassThrough();
  const abort = new AbortController();
  const sending = sendInput(stdin, command, undefined, abort.signal);
  abort.abort();
  assert.deepEqual(await sending, { kind: 'stopped' });
  assert.ok(!command.inputEnded && !stdin.destroyed);
});

test('detach keys end it, and preceding keys are sent', async () => {
  const command = new FakeCommand();
  const stdin = Readable.from([Buffer.from('ls\x10\x11more')]);
  const end = await sendInput(stdin, command, new DetachKeys(Uint8Array.of(16, 17)), never);
  assert.deepEqual(end, { kind: 'detached' });
  assert.equal(Buffer.concat(command.sent).toString(), 'ls');
});

test('rejects if the connection breaks: how much arrived is unknown', async () => {
  const command = new FakeCommand();
  command.finish(1006);
  await assert.rejects(sendInput(Readable.from([Buffer.from('a')]), command, undefined, never));
});
