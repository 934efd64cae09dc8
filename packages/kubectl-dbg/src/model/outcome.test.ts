import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf, type Outcome, outcomeOfTermination } from './outcome.ts';
import type { Failure } from './failure.ts';

const failure: Failure = { code: 'SessionAborted', facts: {} };

const codes: [Outcome, number][] = [
  [{ kind: 'exited', code: 0 }, 0],
  [{ kind: 'exited', code: 7 }, 7],
  [{ kind: 'exited', code: 255 }, 255],
  [{ kind: 'signalled', signal: 9 }, 137],
  [{ kind: 'created' }, 0],
  [{ kind: 'detached' }, 0],
  [{ kind: 'never-started', reason: 'ErrImagePull', message: '', failure }, 69],
  [{ kind: 'lost', message: '', failure }, 74],
  [{ kind: 'refused', message: '', failure }, 77],
  [{ kind: 'timed-out', message: '', failure }, 75],
  [{ kind: 'interrupted', signal: 'SIGINT' }, 130],
  [{ kind: 'interrupted', signal: 'SIGTERM' }, 143],
  [{ kind: 'interrupted', signal: 'SIGHUP' }, 129],
];
for (const [outcome, code] of codes) {
  test(`${JSON.stringify(outcome)} exits with ${code}`, () => assert.equal(exitCodeOf(outcome), code));
}

test('every exit code of a container is returned unchanged', () => {
  for (let code = 0; code <= 255; code += 1) {
    const outcome = outcomeOfTermination({ exitCode: code, reason: code === 0 ? 'Completed' : 'Error' });
    assert.equal(exitCodeOf(outcome), code);
  }
});

test('an out-of-memory kill keeps its reason', () => {
  assert.deepEqual(outcomeOfTermination({ exitCode: 137, reason: 'OOMKilled' }), {
    kind: 'signalled',
    signal: 9,
    reason: 'OOMKilled',
  });
});

test('a process that the runtime could not start is not reported as exited with 128', () => {
  assert.equal(outcomeOfTermination({ exitCode: 128, reason: 'StartError' }).kind, 'never-started');
});
