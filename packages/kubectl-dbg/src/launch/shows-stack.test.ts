import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showsStack } from './shows-stack.ts';

const rows: [words: string, shown: boolean][] = [
  ['web', false],
  ['web -v=6', true],
  ['web -v6', true],
  ['web -v 10', true],
  ['web --v=6', true],
  ['--v 9 web', true],
  ['web -v=5', false],
  ['web -v=6x', false],
  ['web --vv=6', false],
  ['web -- prog -v=6', false],
];

for (const [words, shown] of rows) {
  test(`${words}: ${shown}`, () => assert.equal(showsStack(words.split(' ')), shown));
}
