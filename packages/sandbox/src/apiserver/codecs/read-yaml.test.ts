import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from './read-yaml.ts';

const cases: [text: string, value: unknown][] = [
  ['y', true],
  ['Off', false],
  ['"no"', 'no'],
  ['0644', 0o644],
  ['0o644', 0o644],
  ['0x1F', 31],
  ['-12', -12],
  ['12:30', '12:30'],
  ['2026-01-01', '2026-01-01'],
  ['a: &x {b: 1}\nc: {<<: *x, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
];
for (const [text, value] of cases) {
  test(`parses ${JSON.stringify(text)} like Go's parser`, () =>
    assert.deepEqual(readYaml(text).value, value));
}

test('of duplicate keys the last one counts', () => {
  assert.deepEqual(readYaml('a: y\na: 010').value, { a: 8 });
});
