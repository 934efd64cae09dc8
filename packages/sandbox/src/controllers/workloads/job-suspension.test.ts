import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobCondition } from '../../resources/workloads/types.ts';
import { suspensionChange } from './job-suspension.ts';

const TIME = '2026-11-23T17:15:49Z';
const condition = (status: string): JobCondition => ({
  type: 'Suspended',
  status,
  lastProbeTime: TIME,
  lastTransitionTime: TIME,
});

const cases: [name: string, before: JobCondition[], suspended: boolean, reason: string | undefined][] = [
  ['was never suspended', [], false, undefined],
  ['is suspended', [], true, 'JobSuspended'],
  ['stays suspended', [condition('True')], true, undefined],
  ['is resumed', [condition('True')], false, 'JobResumed'],
  ['stays resumed', [condition('False')], false, undefined],
  ['is suspended again', [condition('False')], true, 'JobSuspended'],
];
for (const [name, before, suspended, reason] of cases) {
  test(`a Job that ${name}`, () => assert.equal(suspensionChange(before, suspended, TIME)?.reason, reason));
}
