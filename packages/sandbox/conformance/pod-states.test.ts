import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podDifference } from './compare-pod.ts';

const pod = (state: object, restartCount = 0) => ({
  kind: 'Pod',
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'app', state, restartCount, lastState: { restartCount } }],
  },
});
const running = { running: {} };
const ended = { terminated: { reason: 'Error', exitCode: 2 } };

const cases: [what: string, recorded: object, own: object, isAwaited: boolean, isSame: boolean][] = [
  ['the same', pod(running), pod(running), true, true],
  ['one that has terminated meanwhile', pod(running), pod(ended), false, true],
  ['one that was restarted', pod(running), pod(running, 1), false, true],
  [
    'one that waits for its restart',
    pod(ended),
    pod({ waiting: { reason: 'CrashLoopBackOff' } }, 1),
    false,
    true,
  ],
  ['one that was restarted, although the first run was awaited', pod(running), pod(running, 1), true, false],
  ['one with fewer restarts', pod(ended, 1), pod(running), false, false],
  [
    'one that terminated with another result',
    pod(ended),
    pod({ terminated: { reason: 'Completed', exitCode: 0 } }),
    false,
    false,
  ],
];

for (const [what, recorded, own, isAwaited, isSame] of cases)
  test(`a pod read at another moment: ${what}`, () => {
    assert.equal(podDifference(recorded, own, '', isAwaited) === undefined, isSame);
  });
