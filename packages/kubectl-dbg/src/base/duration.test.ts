import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from './duration.ts';

const rows: [text: string, milliseconds: number][] = [
  ['0', 0],
  ['0s', 0],
  ['5', 5000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['.5s', 500],
];

for (const [text, milliseconds] of rows) {
  test(`parses the duration ${text}`, () => assert.equal(parseDuration(text), milliseconds));
}

for (const text of ['', 'x', '5 s', '1d', '-1s', 's', '1..5s']) {
  test(`rejects the duration ${text}`, () => assert.equal(parseDuration(text), undefined));
}
