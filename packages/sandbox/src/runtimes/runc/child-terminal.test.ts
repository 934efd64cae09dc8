import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnOnTerminal } from './child-terminal.ts';

const missing =
  process.platform === 'linux' && spawnSync('busybox', ['true']).status === 0
    ? false
    : 'needs Linux and busybox';

/** node-pty closes a terminal this long (ms) after the exit of its process. */
const CLOSED_AFTER_MS = 200;

test('the last output of a process is read however late its reader comes', { skip: missing }, async () => {
  const child = await spawnOnTerminal(['seq', '1', '500'], { env: { PATH: process.env.PATH }, stdin: false });
  child.pause();
  let output = '';
  child.onOutput((_channel, chunk) => (output += chunk.toString()));
  while (existsSync(`/proc/${child.pid}`)) await delay(10);
  await delay(2 * CLOSED_AFTER_MS);
  child.resume();
  assert.equal(await child.ended, 0);
  assert.deepEqual(
    output.trimEnd().split('\r\n'),
    Array.from({ length: 500 }, (_, index) => String(index + 1)),
  );
});
