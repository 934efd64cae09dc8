import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { loadRecording } from '../../testing/recording.ts';
import { currentRun, endOfRun, isReplaced } from './container-run.ts';

const recording = new URL('../../../../../fixtures/recordings/lc-crash-loop.json', import.meta.url);

test('the end of each run of a recorded crash loop is known until the run after it has ended', async () => {
  const { steps } = await loadRecording(recording);
  const pods = steps.flatMap(({ response }) => response.events ?? []).map(({ object }) => object as Pod);
  const runs = [...new Set(pods.map((pod) => currentRun(pod, 'main')))].filter((run) => run !== undefined);
  assert.equal(runs.length, 3);
  const told = runs.map((run) =>
    pods
      .filter((pod) => currentRun(pod, 'main') !== undefined)
      .map((pod) => {
        const isEnded = endOfRun(pod, 'main', run)?.exitCode === 1;
        return `${isReplaced(pod, 'main', run) ? 'replaced' : 'current'}${isEnded ? ' ended' : ''}`;
      }),
  );
  const [C, E, R, U] = ['current', 'current ended', 'replaced ended', 'replaced'];
  // The pods: running, terminated; running, terminated, waiting; running, terminated, waiting.
  assert.deepEqual(told, [
    [C, E, R, R, U, U, U, U],
    [U, U, C, E, E, R, R, U],
    [U, U, U, U, U, C, E, E],
  ]);
});

test('without a run, the end of the current one', () => {
  const at = (state: object): Pod => ({
    status: {
      containerStatuses: [
        {
          name: 'c',
          state,
          lastState: { terminated: { exitCode: 9, containerID: 'x' } },
          ready: false,
          restartCount: 1,
          image: '',
          imageID: '',
        },
      ],
    },
  });
  assert.equal(endOfRun(at({ terminated: { exitCode: 4 } }), 'c', undefined)?.exitCode, 4);
  assert.equal(endOfRun(at({ running: {} }), 'c', undefined), undefined);
  assert.equal(endOfRun(at({ waiting: {} }), 'c', 'x')?.exitCode, 9);
  assert.equal(endOfRun({}, 'c', 'x'), undefined);
});
