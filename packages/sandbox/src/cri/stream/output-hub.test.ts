import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { StreamOptions } from '../remote-process.ts';
import { OutputHub } from './output-hub.ts';

const NONE: StreamOptions = { stdin: false, stdout: false, stderr: false, tty: false };

for (const [what, asked, tty, isOver] of [
  ['stdout', { stdout: true }, false, false],
  ['stderr', { stderr: true }, false, false],
  ['stdin alone', { stdin: true }, false, true],
  ['stdin and the stderr of a terminal', { stdin: true, stderr: true }, true, true],
] as const) {
  test(`attach to ${what} ${isOver ? 'ends at once' : 'ends with the container'}`, async () => {
    const hub = new OutputHub({
      tty,
      stdinOnce: false,
      stdin: new PassThrough(),
      resize() {},
      resume() {},
    });
    let ended = false;
    void hub.attach({ ...NONE, ...asked }).ended.then(() => {
      ended = true;
    });
    await turn();
    assert.equal(ended, isOver);
    hub.end();
    await turn();
    assert.equal(ended, true);
  });
}

test('attach to a container without stdin has no stdin', () => {
  const hub = new OutputHub({ tty: false, stdinOnce: false, resize() {}, resume() {} });
  assert.equal(hub.attach({ ...NONE, stdin: true, stdout: true }).stdin, undefined);
});

test('a client that lags too far behind blocks the container until it has read, and is waited for once', async () => {
  const resumed: true[] = [];
  const hub = new OutputHub({
    tty: false,
    stdinOnce: false,
    resize() {},
    resume() {
      resumed.push(true);
    },
  });
  const { stdout } = hub.attach({ ...NONE, stdout: true });
  assert.ok(stdout !== undefined);
  const chunk = Buffer.alloc(1024 * 1024);
  let heldUp = 0;
  for (let count = 0; count < 80; count += 1) if (!hub.publish('stdout', chunk)) heldUp += 1;
  assert.ok(heldUp > 10);
  assert.ok(stdout.listenerCount('close') < 5);
  assert.equal(resumed.length, 0);
  stdout.resume();
  while (resumed.length === 0) await turn();
  assert.equal(resumed.length, 1);
});
