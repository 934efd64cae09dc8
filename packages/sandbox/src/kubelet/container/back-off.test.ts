import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackOff } from './back-off.ts';

test('the back-off doubles up to the maximum, counted from the failure', () => {
  const backOff = new BackOff(10, 60, 1000);
  assert.equal(backOff.remaining('k', 0, 0), 0);
  const pauses: number[] = [];
  for (let at = 0; at < 500; at += 100) {
    backOff.next('k', at);
    pauses.push(backOff.pause('k'));
  }
  assert.deepEqual(pauses, [10, 20, 40, 60, 60]);
  assert.equal(backOff.remaining('k', 400, 410), 50);
  assert.equal(backOff.remaining('k', 400, 470), 0);
  assert.equal(backOff.since('k'), 400);
});

test('the back-off is reset after a long time without failure', () => {
  const backOff = new BackOff(10, 60, 1000);
  backOff.next('k', 0);
  backOff.next('k', 1);
  assert.equal(backOff.remaining('k', 5000, 5001), 0);
  backOff.next('k', 5000);
  assert.equal(backOff.pause('k'), 10);
});

test('forget removes all keys with a prefix', () => {
  const backOff = new BackOff(10, 60, 1000);
  backOff.next('pod1_a', 0);
  backOff.next('pod2_a', 0);
  backOff.forget('pod1');
  assert.deepEqual([backOff.pause('pod1_a'), backOff.pause('pod2_a')], [0, 10]);
});
