import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../testing/manual-clock.ts';
import { Outage } from './outage.ts';

function scene() {
  const clock = new ManualClock();
  const said: string[] = [];
  // The clock starts at noon.
  const outage = new Outage(
    (text) => said.push(text),
    () => Date.UTC(2026, 0, 1, 12) + clock.now(),
    clock,
  );
  return { clock, said, outage };
}

const GONE = new Error('the server x did not answer');

test('reports an outage once, with its reason, its start and its end', async () => {
  const { clock, said, outage } = scene();
  await clock.pass(5_000);
  for (let tries = 0; tries < 20; tries += 1) {
    outage.failed(GONE);
    await clock.pass(1_000);
  }
  assert.deepEqual(said, ['since 12:00:05Z the server x did not answer: trying again']);
  outage.answered();
  await clock.pass(1_000);
  assert.deepEqual(said.slice(1), ['the server answers again, after 21 s']);
  outage.failed(GONE);
  await clock.pass(5_000);
  assert.match(said[2] ?? '', /since 12:00:26Z/);
});

test('does not report a momentary outage', async () => {
  const { clock, said, outage } = scene();
  for (let times = 0; times < 5; times += 1) {
    outage.failed(GONE);
    await clock.pass(200);
    outage.answered();
    await clock.pass(30_000);
  }
  assert.deepEqual(said, []);
});

test('a response that breaks off at once does not end the outage', async () => {
  const { clock, said, outage } = scene();
  for (let times = 0; times < 20; times += 1) {
    outage.answered();
    outage.failed(GONE);
    await clock.pass(5_000);
  }
  assert.equal(said.length, 1);
});

test('reports nothing after the watch', async () => {
  const { clock, said, outage } = scene();
  outage.failed(GONE);
  outage.stop();
  await clock.pass(60_000);
  assert.deepEqual([said, clock.waiting], [[], 0]);
});
