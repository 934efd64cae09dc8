import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PhaseClock } from './phases.ts';

test('the time of a start is told by its phases, and adds up', () => {
  const clock = new PhaseClock(1000);
  clock.enter('scheduling', 1010);
  clock.enter('creating', 1110);
  clock.enter('pulling', 1120);
  clock.enter('pulling', 1500);
  clock.enter('starting', 4120);
  assert.deepEqual(clock.read(4150), { schedule: 100, pull: 3000, create: 50 });
});

test('a container that runs at once was created all the time', () => {
  assert.deepEqual(new PhaseClock(5).read(25), { schedule: 0, pull: 0, create: 20 });
});
