import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerStatus, PodStatus } from '../types.ts';
import { finalStatus } from './final-status.ts';

/** `w`: waiting, `0` and `1`: terminated with that exit code, `b`: in back-off after a failure. */
const STATES: Readonly<Record<string, Pick<ContainerStatus, 'state' | 'lastState'>>> = {
  w: { state: { waiting: { reason: 'PodInitializing' } } },
  '0': { state: { terminated: { exitCode: 0 } } },
  '1': { state: { terminated: { exitCode: 1 } } },
  b: { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1 } } },
};

function statuses(states: string): ContainerStatus[] {
  const common = { image: 'i', imageID: '', ready: false, restartCount: 0 };
  return states.split('').map((state, index) => ({ name: `c${index}`, ...common, ...STATES[state] }));
}

/** `w`: waiting, `?`: ContainerStatusUnknown, digit: terminated with that exit code. */
function letters(list: readonly ContainerStatus[] = []): string {
  return list
    .map(({ state }) => {
      if (state?.terminated === undefined) return 'w';
      return state.terminated.reason === 'ContainerStatusUnknown' ? '?' : String(state.terminated.exitCode);
    })
    .join('');
}

for (const [phase, init, regular, expected] of [
  ['Pending', '', 'w', ['Failed', '', '?']],
  ['Running', '', '0w', ['Failed', '', '0?']],
  ['Succeeded', '', '0', ['Succeeded', '', '0']],
  ['Failed', '1w', 'w', ['Failed', '1w', 'w']],
  ['Pending', 'ww', 'w', ['Failed', '?w', 'w']],
  ['Pending', '0bw', 'w', ['Failed', '0?w', 'w']],
  ['Pending', '00', 'w', ['Failed', '00', '?']],
] as const) {
  test(`a ${phase} pod with init [${init}] and containers [${regular}] ends as ${expected.join(' ')}`, () => {
    const spec: PodSpec = {
      containers: statuses(regular).map(({ name }) => ({ name })),
      initContainers: statuses(init).map(({ name }) => ({ name })),
    };
    const status: PodStatus = {
      phase,
      initContainerStatuses: statuses(init),
      containerStatuses: statuses(regular),
    };
    const last = finalStatus(spec, status);
    assert.deepEqual(
      [last.phase, letters(last.initContainerStatuses), letters(last.containerStatuses)],
      expected,
    );
  });
}
