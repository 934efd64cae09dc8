import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { StreamOptions } from '../../kubelet/node-agent.ts';
import { OutputHub } from './output-hub.ts';

const NONE: StreamOptions = { stdin: false, stdout: false, stderr: false, tty: false };

for (const [what, asked, tty, isOver] of [
  ['stdout', { stdout: true }, false, false],
  ['stderr', { stderr: true }, false, false],
  ['stdin alone', { stdin: true }, false, true],
  ['stdin and the stderr of a terminal', { stdin: true, stderr: true }, true, true],
] as const) {
  test(`attached to ${what}: ${isOver ? 'over at once' : 'until the container ends'}`, async () => {
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

test('a container without stdin has none to attach to', () => {
  const hub = new OutputHub({ tty: false, stdinOnce: false, resize() {}, resume() {} });
  assert.equal(hub.attach({ ...NONE, stdin: true, stdout: true }).stdin, undefined);
});
