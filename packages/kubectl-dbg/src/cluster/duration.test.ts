import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTimeout } from './duration.ts';

const rows: [text: string | undefined, milliseconds: number | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  ['0', undefined],
  ['0s', undefined],
  ['5', 5000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['.5s', 500],
];

for (const [text, milliseconds] of rows) {
  test(`--request-timeout ${text}`, () => assert.equal(requestTimeout(text), milliseconds));
}

for (const text of ['x', '5 s', '1d', '-1s', 's', '1..5s']) {
  test(`--request-timeout refuses ${text}`, () => {
    assert.throws(() => requestTimeout(text), { kind: 'usage' });
  });
}
