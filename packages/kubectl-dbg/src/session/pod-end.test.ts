import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { readPodEnd } from './pod-end.ts';

const disrupted = (reason: string, message?: string, held = 'True') => ({
  conditions: [
    { type: 'DisruptionTarget', status: held, reason, ...(message === undefined ? {} : { message }) },
  ],
});

const rows: [what: string, pod: Pod, reason: string | undefined, words?: string | RegExp][] = [
  ['nothing', { status: { phase: 'Running' } }, undefined],
  [
    'evicted by the kubelet',
    { status: { reason: 'Evicted', message: 'low on disk' } },
    'Evicted',
    'was evicted (low on disk)',
  ],
  [
    'its active deadline',
    { status: { reason: 'DeadlineExceeded' } },
    'DeadlineExceeded',
    /activeDeadlineSeconds/,
  ],
  ['a lost node', { status: { reason: 'NodeLost' } }, 'NodeLost', /node that no longer answers/],
  ['the scheduler', { status: disrupted('PreemptionByScheduler') }, 'PreemptionByScheduler', /preempted/],
  [
    'a drain',
    { status: disrupted('EvictionByEvictionAPI', 'drained') },
    'EvictionByEvictionAPI',
    'was evicted (drained)',
  ],
  ['a cancelled disruption', { status: disrupted('EvictionByEvictionAPI', '', 'False') }, undefined],
  ['an unknown reason', { status: { reason: 'Aliens' } }, 'Aliens', 'ended with Aliens'],
  ['a deletion', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'Deleted', 'is being deleted'],
  [
    'a deletion by a drain: reports the drain',
    { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: disrupted('EvictionByEvictionAPI') },
    'EvictionByEvictionAPI',
  ],
  ['an empty reason', { status: { reason: '', message: 'x' } }, undefined],
];
for (const [what, pod, reason, words] of rows) {
  test(`${what}: ${reason ?? 'no end'}`, () => {
    const end = readPodEnd(pod);
    assert.equal(end?.reason, reason);
    if (typeof words === 'string') assert.equal(end?.words, words);
    else if (words !== undefined) assert.match(end?.words ?? '', words);
  });
}

test('truncates and sanitises text from the cluster', () => {
  const end = readPodEnd({ status: { reason: '\u001b[2J', message: `\u202e${'x'.repeat(5_000)}` } });
  const text = `${end?.reason}${end?.words}`;
  assert.ok(text.length < 1_000);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u001f\u202e]/);
});
