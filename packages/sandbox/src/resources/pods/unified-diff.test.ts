import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonDiff } from './unified-diff.ts';

test('shows a change with three lines of context', () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 };
  assert.equal(
    jsonDiff(before, { ...before, d: 0 }),
    '@@ -2,7 +2,7 @@\n  "a": 1,\n  "b": 2,\n  "c": 3,\n- "d": 4,\n+ "d": 0,\n  "e": 5,\n  "f": 6,\n  "g": 7\n',
  );
});

test('puts distant changes into separate hunks', () => {
  const before = Array.from({ length: 40 }, (_, position) => position);
  const after = before.with(2, -1).with(35, -2);
  assert.deepEqual(jsonDiff(before, after).match(/@@ .* @@/g), ['@@ -1,7 +1,7 @@', '@@ -34,7 +34,7 @@']);
});

test('is empty for equal values', () => {
  assert.equal(jsonDiff({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), '');
});

/** Applies the hunks to the old lines, by the line numbers in their headers. */
function applied(before: unknown, diff: string): string[] {
  const lines = JSON.stringify(before, null, 1).split('\n');
  const out: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(0, -1)) {
    const head = /^@@ -(?<from>\d+)(?:,(?<size>\d+))? /.exec(line)?.groups;
    if (head !== undefined) {
      const start = Number(head['from']) - (head['size'] === '0' ? 0 : 1);
      out.push(...lines.slice(at, start));
      at = start;
      continue;
    }
    const text = line.slice(1);
    if (!line.startsWith('+')) assert.equal(lines[at++], text);
    if (!line.startsWith('-')) out.push(text);
  }
  return [...out, ...lines.slice(at)];
}

test('a diff of any two values, applied to one, gives the other', () => {
  const value = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(value, value, (before, after) => {
      const expected = JSON.stringify(after, null, 1).split('\n');
      assert.deepEqual(applied(before, jsonDiff(before, after)), expected);
    }),
  );
});
