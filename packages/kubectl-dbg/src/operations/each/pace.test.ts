import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace, type PaceClock } from './pace.ts';
import { Thresholds } from './thresholds.ts';

/** Time that passes only when the test advances it. */
class ManualClock implements PaceClock {
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];

  now = () => this.#now;

  after = (milliseconds: number, call: () => void) => {
    const timer = { at: this.#now + milliseconds, call };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const { call } of this.#timers.filter(({ at }) => at <= this.#now)) call();
  }
}

/** Starts a target if allowed. */
function start(pace: Pace): boolean {
  if (!pace.isOpen) return false;
  pace.begun();
  return true;
}

test('starts no more than the width until one has finished', () => {
  const pace = new Pace({ parallel: 2, rate: 100 }, new ManualClock());
  assert.ok(start(pace) && start(pace));
  assert.equal(start(pace), false);
  pace.ended();
  assert.ok(start(pace));
});

test('starts no more per second than the rate, with a burst of half a second', () => {
  const clock = new ManualClock();
  const pace = new Pace({ parallel: 1000, rate: 20 }, clock);
  let started = 0;
  for (let step = 0; step < 500; step += 1) {
    while (start(pace)) started += 1;
    clock.pass(10);
  }
  assert.ok(started >= 99 && started <= 111, `${started} in 5 s`);
});

test('after 429, starts nothing before the pause is over, and halves the width', async () => {
  const clock = new ManualClock();
  const pace = new Pace({ parallel: 8, rate: 100 }, clock);
  pace.refused(4000);
  clock.pass(20);
  pace.refused(4980);
  assert.equal(pace.width, 4, 'refusals of one moment count once');
  assert.equal(start(pace), false);
  const waiting = pace.changed();
  clock.pass(5000);
  await waiting;
  assert.ok(start(pace));
});

test('simultaneous slow responses reduce the width once, good ones restore it up to the requested width', () => {
  const clock = new ManualClock();
  const pace = new Pace({ parallel: 8, rate: 100 }, clock);
  for (let count = 0; count < 5; count += 1) pace.answered(30);
  for (let count = 0; count < 5; count += 1) pace.answered(2000);
  assert.equal(pace.width, 4);
  clock.pass(1000);
  pace.answered(2000);
  assert.equal(pace.width, 2);
  pace.answered(30);
  pace.answered(30);
  assert.equal(pace.width, 3, 'a narrow one widens soon');
  for (let count = 0; count < 200; count += 1) pace.answered(30);
  assert.equal(pace.width, 8);
});

for (const [name, limit, classes, exceeded] of [
  ['none', undefined, Array.from({ length: 50 }, () => 'failed'), false],
  ['a count is allowed', { count: 2 }, ['failed', 'timed-out'], false],
  ['one more is not allowed', { count: 2 }, ['failed', 'timed-out', 'failed'], true],
  ['targets that could not run are not failures', { count: 0 }, ['not-started', 'lost', 'skipped'], false],
  ['a share is ignored before ten results', { share: 0.05 }, ['failed'], false],
  ['a share of ten', { share: 0.05 }, ['failed', ...Array.from({ length: 9 }, () => 'passed')], true],
  ['within the share', { share: 0.1 }, ['failed', ...Array.from({ length: 9 }, () => 'passed')], false],
] as const) {
  test(`threshold: ${name}`, () => {
    const thresholds = new Thresholds(limit);
    for (const result of classes) thresholds.add(result as 'failed');
    assert.equal(thresholds.exceeded, exceeded);
  });
}
