import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Silence } from './silence.ts';

/** Manual time: records the times of the checks, in seconds. */
function scene(answers: readonly (boolean | Error)[] = []) {
  let now = 0;
  let timer: { at: number; call: () => void } | undefined;
  const doubted: number[] = [];
  const silence = new Silence(
    () => {
      const answer = answers[doubted.length] ?? false;
      doubted.push(now / 1000);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    (milliseconds, call) => {
      const own = { at: now + milliseconds, call };
      timer = own;
      return () => {
        if (timer === own) timer = undefined;
      };
    },
  );
  const pass = async (seconds: number) => {
    const until = now + seconds * 1000;
    while (timer !== undefined && timer.at <= until) {
      ({ at: now } = timer);
      const { call } = timer;
      timer = undefined;
      call();
      await new Promise(setImmediate);
    }
    now = until;
  };
  return { silence, doubted, pass };
}

test('checks a silent watch after ten seconds, and then at growing intervals', async () => {
  const { doubted, pass } = scene();
  await pass(350);
  assert.deepEqual(doubted, [10, 30, 70, 150, 240, 330]);
});

test('a failed check counts as not confirmed', async () => {
  const { doubted, pass } = scene([new Error('busy')]);
  await pass(30);
  assert.deepEqual(doubted, [10, 30]);
});

test('checks a watch that withheld events every ten seconds', async () => {
  const { doubted, pass } = scene([true, true, true]);
  await pass(40);
  assert.deepEqual(doubted, [10, 20, 30, 40]);
});

test('any event restarts the interval; no checks after the end', async () => {
  const { silence, doubted, pass } = scene();
  for (let count = 0; count < 5; count += 1) {
    await pass(9);
    silence.broken();
  }
  await pass(9);
  assert.deepEqual(doubted, []);
  silence.end();
  silence.broken();
  await pass(100);
  assert.deepEqual(doubted, []);
});
