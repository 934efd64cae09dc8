import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pause, startTimer, timeoutSignal } from './timer.ts';

const HOUR = 3_600_000;

/** Like Node's timers, but on a manual clock: a delay of more than 32 bits fires at once. */
function fakeTimers(): { tick: (milliseconds: number) => void; restore: () => void } {
  const real = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };
  let now = 0;
  let pending: { due: number; call: () => void }[] = [];
  globalThis.setTimeout = ((call: () => void, delay: number) => {
    const timer = { due: now + (delay > 2 ** 31 - 1 ? 1 : delay), call };
    pending.push(timer);
    return timer;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = (timer: unknown) => {
    pending = pending.filter((other) => other !== timer);
  };
  return {
    tick(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = pending.toSorted((a, b) => a.due - b.due);
        if (next === undefined || next.due > end) break;
        now = next.due;
        pending = pending.filter((other) => other !== next);
        next.call();
      }
      now = end;
    },
    restore() {
      globalThis.setTimeout = real.set;
      globalThis.clearTimeout = real.clear;
    },
  };
}

for (const hours of [1, 596, 597, 600, 1200, 100_000]) {
  test(`a timer of ${hours} hours fires after that time, and not before`, () => {
    const timers = fakeTimers();
    try {
      let fired = 0;
      startTimer(hours * HOUR, () => (fired += 1));
      timers.tick(hours * HOUR - 1);
      assert.equal(fired, 0);
      timers.tick(1);
      assert.equal(fired, 1);
      timers.tick(hours * HOUR);
      assert.equal(fired, 1);
    } finally {
      timers.restore();
    }
  });
}

test('a timer that is cleared in its second part does not fire', () => {
  const timers = fakeTimers();
  try {
    let fired = 0;
    const cancel = startTimer(600 * HOUR, () => (fired += 1));
    timers.tick(599 * HOUR);
    cancel();
    timers.tick(2 * HOUR);
    assert.equal(fired, 0);
  } finally {
    timers.restore();
  }
});

test('an infinite timer does not fire at once', async () => {
  const cancel = startTimer(Infinity, () => assert.fail('fired'));
  await pause(5);
  cancel();
});

test('a pause rejects at once with the reason when its signal is aborted', async () => {
  const controller = new AbortController();
  const waiting = pause(600 * HOUR, controller.signal);
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(pause(1, controller.signal), reason);
});

test('a timeout is aborted with a TimeoutError', async () => {
  const signal = timeoutSignal(1);
  await pause(20);
  assert.equal((signal.reason as Error).name, 'TimeoutError');
});

/** Sessions and remote commands use only constant delays; those from the user go no further than session/wait. */
const EXEMPT =
  /\.test\.ts$|(^|\/)testing\/|^base\/timer\.ts$|^session\/(?!wait\/)|^cluster\/remote-command\//;

test('no other code passes a delay that is not a constant to a timer of Node', () => {
  const src = fileURLToPath(new URL('..', import.meta.url));
  const faults: string[] = [];
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || EXEMPT.test(file)) continue;
    const text = readFileSync(join(src, file), 'utf8').replaceAll(/^ *(\*|\/\*\*|\/\/).*$/gm, '');
    for (const [call, delay = ''] of text.matchAll(/AbortSignal\.timeout\(([^)]*)\)/g)) {
      if (!/^[A-Z][A-Z_]*$/.test(delay.trim())) faults.push(`${file}: ${call}`);
    }
    for (const at of text.matchAll(/(?<![.\w])setTimeout\(/g)) {
      const words = argumentsAt(text, at.index + at[0].length);
      if (!/^([A-Z][A-Z_]*|[\d_]+|this\.#tuning\.\w+)$/.test(words[1] ?? '')) {
        faults.push(`${file}: setTimeout(…, ${words[1]})`);
      }
    }
  }
  assert.deepEqual(faults, [], 'use startTimer, timeoutSignal or pause of base/timer.ts');
});

/** The arguments of a call whose opening parenthesis precedes `start`, split at the outer commas. */
function argumentsAt(text: string, start: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character) && depth > 0) depth -= 1;
    else if (depth === 0 && (character === ',' || character === ')')) {
      const word = text.slice(from, at).trim();
      if (word !== '') found.push(word);
      from = at + 1;
      if (character === ')') break;
    }
  }
  return found;
}
