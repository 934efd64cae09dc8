import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundingSet, grantedCapabilities } from './capabilities.ts';

const ALL = boundingSet('CapBnd:\t000001ffffffffff\n');
const DEFAULT_COUNT = 14;

test('reads the bounding set from /proc/PID/status', () => {
  assert.equal(ALL.length, 41);
  assert.deepEqual(boundingSet('CapBnd:\t0000000000080001\n'), ['CAP_CHOWN', 'CAP_SYS_PTRACE']);
});

for (const [what, request, check] of [
  ['no changes', {}, (list: string[]) => list.length === DEFAULT_COUNT],
  [
    'one added',
    { add: ['SYS_PTRACE'] },
    (list: string[]) => list.includes('CAP_SYS_PTRACE') && list.length === DEFAULT_COUNT + 1,
  ],
  [
    'one dropped',
    { drop: ['CAP_KILL'] },
    (list: string[]) => !list.includes('CAP_KILL') && list.length === DEFAULT_COUNT - 1,
  ],
  ['all dropped', { drop: ['ALL'] }, (list: string[]) => list.length === 0],
  [
    'all dropped and one added',
    { drop: ['all'], add: ['net_admin'] },
    (list: string[]) => list.join() === 'CAP_NET_ADMIN',
  ],
  ['all added', { add: ['ALL'] }, (list: string[]) => list.length === ALL.length],
  [
    'all added but one',
    { add: ['ALL'], drop: ['SYS_ADMIN'] },
    (list: string[]) => list.length === ALL.length - 1,
  ],
  ['privileged', { privileged: true, drop: ['ALL'] }, (list: string[]) => list.length === ALL.length],
] as const) {
  test(`capabilities: ${what}`, () => {
    const granted = grantedCapabilities({ privileged: false, add: [], drop: [], ...request }, ALL);
    assert.equal(check(granted), true, granted.join());
  });
}

test('a capability that the machine lacks is not granted, an unknown one is an error', () => {
  assert.deepEqual(
    grantedCapabilities({ privileged: false, add: ['SYS_ADMIN'], drop: ['ALL'] }, ['CAP_CHOWN']),
    [],
  );
  assert.throws(
    () => grantedCapabilities({ privileged: false, add: ['NOT_A_CAP'], drop: [] }, ALL),
    /unknown capability: "CAP_NOT_A_CAP"/,
  );
});
