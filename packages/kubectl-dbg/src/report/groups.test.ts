import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetResult } from '../model/report.ts';
import { type Grouping, OutputGroups, referenceGroup } from './groups.ts';
import { maskOwnNames } from './mask.ts';

function result(pod: string, exitCode: number, fields: Partial<TargetResult> = {}): TargetResult {
  return {
    namespace: 'ns',
    pod,
    uid: `uid-${pod}`,
    container: 'app',
    class: exitCode === 0 ? 'passed' : 'failed',
    exitCode,
    bytes: 0,
    lines: 0,
    truncated: false,
    milliseconds: 1,
    ...fields,
  };
}

const facts = (pod: string) => ({ pod, uid: `uid-${pod}`, ips: [`10.0.0.${pod.length}`] });

function fold(grouping: Grouping, entries: [TargetResult, string][]): [number | undefined, number][] {
  const groups = new OutputGroups(grouping);
  for (const [entry, output] of entries) groups.add(entry, output, facts(entry.pod));
  return groups.groups().map(({ exitCode, count }) => [exitCode, count]);
}

test('the same text with different exit codes makes two groups, failures first', () => {
  const entries: [TargetResult, string][] = [
    [result('a', 0), 'x\n'],
    [result('b', 1), 'x\n'],
    [result('c', 0), 'x\n'],
  ];
  assert.deepEqual(fold('exact', entries), [
    [1, 1],
    [0, 2],
  ]);
});

test('outputs equal except for the pod name: one group if similar, two if exact, three if not grouped', () => {
  const entries: [TargetResult, string][] = [
    [result('web-1', 0), 'host web-1 at 10.0.0.5, 2026-01-02T03:04:05Z\n'],
    [result('web-22', 0), 'host web-22 at 10.0.0.6, 2026-01-02T03:04:06.5Z\n'],
    [result('web-22', 0, { uid: 'other' }), 'host web-22 at 10.0.0.6, 2026-01-02T03:04:06.5Z\n'],
  ];
  assert.deepEqual(fold('similar', entries), [[0, 3]]);
  assert.deepEqual(fold('exact', entries), [
    [0, 2],
    [0, 1],
  ]);
  assert.equal(fold('none', entries).length, 3);
});

test('makes the same groups in the same order, whatever the order of results', () => {
  const entries: [TargetResult, string][] = [
    [result('e', 0), 'y\n'],
    [result('a', 0), 'y\n'],
    [result('f', 0), 'z\n'],
    [result('b', 0), 'z\n'],
    [result('d', 2), 'w\n'],
    [result('c', 1), 'v\n'],
  ];
  const grouped = (list: [TargetResult, string][]) => {
    const groups = new OutputGroups('exact');
    for (const [entry, output] of list) groups.add(entry, output, facts(entry.pod));
    return groups.groups();
  };
  const found = grouped(entries);
  assert.deepEqual(
    found.map(({ targets }) => targets),
    [['ns/c/app'], ['ns/d/app'], ['ns/a/app', 'ns/e/app'], ['ns/b/app', 'ns/f/app']],
  );
  assert.deepEqual(grouped(entries.toReversed()), found);
});

test('a group of similar outputs shows the output of its first target by name', () => {
  const shown = (pods: string[]) => {
    const groups = new OutputGroups('similar');
    for (const pod of pods) groups.add(result(pod, 0), `I am ${pod}\n`, facts(pod));
    return groups.groups().map(({ output }) => output);
  };
  assert.deepEqual(shown(['b', 'a', 'c']), ['I am a\n']);
  assert.deepEqual(shown(['c', 'b', 'a']), ['I am a\n']);
});

test('distinguishes outputs truncated to the same text by their hash', () => {
  const cut = (pod: string, sha256: string): [TargetResult, string] => [
    result(pod, 0, { truncated: true, sha256 }),
    'the same beginning',
  ];
  assert.equal(fold('exact', [cut('a', '1'), cut('b', '2'), cut('c', '1')]).length, 2);
});

for (const [name, text, masked] of [
  ['a name within a longer name stays', 'web-1 web-10 my-web-1', '<pod> web-10 my-web-1'],
  ['an address within a longer one stays', '10.0.0.5 10.0.0.55 110.0.0.5', '<ip> 10.0.0.55 110.0.0.5'],
  ['at the end of a sentence', 'this is web-1.', 'this is <pod>.'],
  ['special characters of regular expressions are literal', 'web-1 a.b', '<pod> a.b'],
  ['times', 'Jan 12:34:56.789 on 2026-11-30', 'Jan <time> on <time>'],
] as const) {
  test(`masks: ${name}`, () => {
    assert.equal(maskOwnNames(text, { pod: 'web-1', uid: 'u', ips: ['10.0.0.5'] }), masked);
  });
}

test('compares other groups with the largest group that passed', () => {
  const group = (exitCode: number, count: number) => ({ exitCode, count, targets: [], output: '' });
  assert.equal(referenceGroup([group(1, 9), group(0, 2), group(0, 3)])?.count, 3);
  assert.equal(referenceGroup([group(1, 2), group(2, 9)])?.count, 9);
  assert.equal(referenceGroup([]), undefined);
});
