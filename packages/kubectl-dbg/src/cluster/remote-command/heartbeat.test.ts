import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { test } from 'node:test';
import { Heartbeat } from './heartbeat.ts';

/** Blocks this process, as if it were stopped. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('gives up on a silent peer', async () => {
  const { port1, port2 } = new MessageChannel();
  let pings = 0;
  const heartbeat = new Heartbeat({
    peer: { ping: () => pings++, terminate: () => port1.postMessage('terminated') },
    interval: 10,
    limit: 100,
    isPaused: () => false,
    onSilent: () => undefined,
  });
  await once(port2, 'message');
  heartbeat.stop();
  port1.close();
  assert.ok(pings > 0);
});

test('a process that was stopped sends another ping before it gives up on a peer', async () => {
  const { port1, port2 } = new MessageChannel();
  let silent = false;
  const heartbeat = new Heartbeat({
    peer: { ping: () => port1.postMessage('ping'), terminate: () => undefined },
    interval: 20,
    limit: 200,
    isPaused: () => false,
    onSilent: () => (silent = true),
  });
  await once(port2, 'message');
  heartbeat.heard();
  block(600);
  await once(port2, 'message');
  heartbeat.stop();
  port1.close();
  assert.equal(silent, false);
});
