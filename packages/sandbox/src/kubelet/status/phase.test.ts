import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerStatus } from '../types.ts';
import { podPhase } from './phase.ts';

/** `r`: running, `w`: waiting, `0` and `1`: terminated with that exit code, `b`: in back-off after a failure. */
type State = 'r' | 'w' | '0' | '1' | 'b';

const STATES: Record<State, Pick<ContainerStatus, 'state' | 'lastState'>> = {
  r: { state: { running: {} } },
  w: { state: { waiting: { reason: 'ContainerCreating' } } },
  '0': { state: { terminated: { exitCode: 0 } } },
  '1': { state: { terminated: { exitCode: 1 } } },
  b: {
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  },
};

function statusOf(name: string, state: State): ContainerStatus {
  const common = { name, image: 'i', imageID: '', ready: state === 'r', restartCount: 0 };
  return { ...common, started: state === 'r', ...STATES[state] };
}

for (const [restartPolicy, init, sidecars, regular, expected] of [
  ['Always', '', '', 'w', 'Pending'],
  ['Always', '', '', 'r', 'Running'],
  ['Always', '', '', 'rw', 'Pending'],
  ['Always', '', '', 'r1', 'Running'],
  ['Always', '', '', 'b', 'Running'],
  ['Always', '', '', '0', 'Running'],
  ['Never', '', '', '0', 'Succeeded'],
  ['Never', '', '', '01', 'Failed'],
  ['Never', '', '', 'r1', 'Running'],
  ['OnFailure', '', '', '0', 'Succeeded'],
  ['OnFailure', '', '', '1', 'Running'],
  ['Always', 'r', '', 'w', 'Pending'],
  ['Always', '1', '', 'w', 'Pending'],
  ['Never', '1', '', 'w', 'Failed'],
  ['Always', '0', '', 'r', 'Running'],
  ['Always', '0', 'w', 'w', 'Pending'],
  ['Always', '0', 'r', 'r', 'Running'],
  ['Always', '', 'b', 'r', 'Running'],
] as const) {
  const what = `${restartPolicy}, init [${init}], sidecars [${sidecars}], containers [${regular}]`;
  test(`a pod with ${what} is ${expected}`, () => {
    const list = (states: string, prefix: string): { name: string; state: State }[] =>
      states.split('').map((state, index) => ({ name: `${prefix}${index}`, state: state as State }));
    const all = { init: list(init, 'i'), side: list(sidecars, 's'), regular: list(regular, 'c') };
    const spec: PodSpec = {
      restartPolicy,
      containers: all.regular.map(({ name }) => ({ name })),
      initContainers: [
        ...all.init.map(({ name }) => ({ name })),
        ...all.side.map(({ name }) => ({ name, restartPolicy: 'Always' })),
      ],
    };
    const statuses = (entries: { name: string; state: State }[]): ContainerStatus[] =>
      entries.map(({ name, state }) => statusOf(name, state));
    const given = { init: statuses([...all.init, ...all.side]), regular: statuses(all.regular) };
    assert.equal(podPhase(spec, given, false), expected);
  });
}

test('if nothing is restarted any more, exit codes determine the phase even with restart policy Always', () => {
  const spec: PodSpec = { restartPolicy: 'Always', containers: [{ name: 'c' }] };
  const phase = (state: State): string => podPhase(spec, { init: [], regular: [statusOf('c', state)] }, true);
  assert.deepEqual([phase('0'), phase('1')], ['Succeeded', 'Failed']);
});
