import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PhaseClock } from './phases.ts';

test('the phases of a start add up to its duration', () => {
  const clock = new PhaseClock(1000);
  clock.enter('scheduling', 1010);
  clock.enter('creating', 1110);
  clock.enter('pulling', 1120);
  clock.enter('pulling', 1500);
  clock.enter('starting', 4120);
  assert.deepEqual(clock.read(4150), { schedule: 100, pull: 3000, create: 50 });
});

test('a container that runs at once spent all the time being created', () => {
  assert.deepEqual(new PhaseClock(5).read(25), { schedule: 0, pull: 0, create: 20 });
});
