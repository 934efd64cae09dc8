import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readQuantity, toQuantity } from './quantity.ts';

const rows: [text: string, value: number | undefined][] = [
  ['1', 1],
  ['+1', 1],
  ['.5', 0.5],
  ['5.', 5],
  ['500m', 0.5],
  ['64Mi', 64 * 2 ** 20],
  ...Object.entries({ k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 }).map(
    ([suffix, factor]): [string, number] => [`4${suffix}`, 4 * factor],
  ),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index): [string, number] => [
    `3${suffix}`,
    3 * 2 ** (10 * (index + 1)),
  ]),
  ['1K', undefined],
  ['1.5G', 1.5e9],
  ['2Ei', 2 ** 61],
  ['1e3', 1000],
  ['1E-3', 0.001],
  ['1E', 1e18],
  ['', undefined],
  ['-1', undefined],
  ['1 Gi', undefined],
  ['1gi', undefined],
  ['1i', undefined],
  ['1mi', undefined],
  ['1e3Ki', undefined],
  ['Ki', undefined],
];
for (const [text, value] of rows) {
  test(`parses the quantity "${text}"`, () => assert.equal(readQuantity(text), value));
}

test('accepts a number as a quantity', () => {
  assert.deepEqual([0, 1536, 2 ** 30, 0.25, 7].map(toQuantity), ['0', '1536', '1Gi', '250m', '7']);
});
