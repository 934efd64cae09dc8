import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf } from '../../cases/run-request.ts';
import { parse } from './index.ts';
import { quantities } from './request-values.ts';

const good: [words: string[], amounts: Record<string, string>][] = [
  [[], {}],
  [['cpu=100m', 'memory=64Mi'], { cpu: '100m', memory: '64Mi' }],
  [['cpu=1', 'cpu=0.5'], { cpu: '0.5' }],
  [['nvidia.com/gpu=1', 'ephemeral-storage=1e9'], { 'nvidia.com/gpu': '1', 'ephemeral-storage': '1e9' }],
];
for (const [words, amounts] of good) {
  test(`reads ${words.join(',')}`, () => assert.deepEqual(quantities('limits', words), amounts));
}

for (const word of [
  'cpu',
  'cpu=',
  '=1',
  'cpu=lots',
  'cpu=-1',
  'memory=64MiB',
  'memory=1 Gi',
  '__proto__ =1',
]) {
  test(`refuses ${word}`, () => {
    assert.throws(() => quantities('limits', [word]), {
      name: 'DbgError',
      kind: 'usage',
      remedy: /Write NAME=AMOUNT/,
    });
  });
}

test('--requests and --limits are refused for an ephemeral container, with the reason', () => {
  for (const flag of ['--requests=cpu=1', '--limits=cpu=1']) {
    assert.throws(() => requestOf(parse(['web', flag])), {
      kind: 'usage',
      message: /^--(requests|limits): an ephemeral container cannot have requests or limits/,
    });
  }
});
