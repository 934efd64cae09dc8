import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenPipe, Interrupted, interruptionOf, OutputFailed } from '../model/interruption.ts';
import { testWorld } from '../testing/test-world.ts';
import { commandSignal } from './interrupt.ts';

/** A world in which the test emits the events. */
function scene() {
  let now = 0;
  const signals = new Map<string, () => void>();
  let output: ((stream: 'stdout' | 'stderr', error: Error) => void) | undefined;
  let uncaught: ((error: unknown) => void) | undefined;
  const world = testWorld({
    now: () => now,
    onSignal(name, listener) {
      signals.set(name, listener);
      return () => signals.delete(name);
    },
    onOutputError(listener) {
      output = listener;
      return () => (output = undefined);
    },
    onUncaughtError(listener) {
      uncaught = listener;
      return () => (uncaught = undefined);
    },
  });
  const command = commandSignal(world);
  let left = false;
  void command.leave.then(() => (left = true));
  return {
    command,
    signal: (name: string) => signals.get(name)?.(),
    fail: (code: string) => output?.('stdout', Object.assign(new Error(code), { code })),
    crash: (error: unknown) => uncaught?.(error),
    pass: (milliseconds: number) => (now += milliseconds),
    isLeft: async () => {
      await new Promise(setImmediate);
      return left;
    },
    listeners: () => [...signals.keys(), ...(output ? ['output'] : []), ...(uncaught ? ['uncaught'] : [])],
  };
}

test('the first signal aborts with its name as the reason', async () => {
  const { command, signal, isLeft } = scene();
  signal('SIGTERM');
  const reason = interruptionOf(command.signal);
  assert.ok(reason instanceof Interrupted && reason.signal === 'SIGTERM');
  assert.equal(await isLeft(), false);
  command.release();
});

test('a second signal exits, unless it immediately follows the first', async () => {
  const { command, signal, pass, isLeft } = scene();
  signal('SIGINT');
  pass(20);
  signal('SIGINT');
  assert.equal(await isLeft(), false);
  pass(1_000);
  signal('SIGINT');
  assert.equal(await isLeft(), true);
  command.release();
});

for (const [code, kind] of [
  ['EPIPE', BrokenPipe],
  ['ENOSPC', OutputFailed],
  ['EIO', OutputFailed],
] as const) {
  test(`${code} on an output stream aborts`, () => {
    const { command, fail } = scene();
    fail(code);
    assert.ok(command.signal.reason instanceof kind);
    command.release();
  });
}

test('an uncaught error aborts with that error; later events change nothing', () => {
  const { command, crash, signal } = scene();
  const error = new Error('a bug');
  crash(error);
  signal('SIGINT');
  assert.equal(command.signal.reason, error);
  assert.equal(interruptionOf(command.signal), undefined);
  command.release();
});

test('removes its listeners in the end', () => {
  const { command, listeners } = scene();
  assert.equal(listeners().length, 6);
  command.release();
  assert.deepEqual(listeners(), []);
});

test('any number of requests may listen to the signal', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const { command } = scene();
  for (let count = 0; count < 100; count += 1) command.signal.addEventListener('abort', () => undefined);
  await new Promise(setImmediate);
  process.off('warning', note);
  command.release();
  assert.deepEqual(warnings, []);
});
