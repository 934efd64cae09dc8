import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand } from './expansion.ts';

const variables = new Map([
  ['A', '1'],
  ['B', '$(A)'],
]);

for (const [text, expected] of [
  ['plain', 'plain'],
  ['$(A)', '1'],
  ['x$(A)y$(A)', 'x1y1'],
  ['$(B)', '$(A)'],
  ['$(NO)', '$(NO)'],
  ['$$', '$'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$1'],
  ['$A $', '$A $'],
  ['$(', '$('],
  ['sh -c "kill -9 $$$$"', 'sh -c "kill -9 $$"'],
] as const) {
  test(`expands ${text} to ${expected}`, () => {
    assert.equal(expand(text, variables), expected);
  });
}
