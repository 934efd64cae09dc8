import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  QuantityError,
  quantityValue,
} from './quantity.ts';

for (const [given, canonical] of [
  ['0', '0'],
  ['1', '1'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['100m', '100m'],
  ['1000', '1k'],
  ['1024', '1024'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1023Ki', '1023Ki'],
  ['0.5Ki', '512'],
  ['1e3', '1e3'],
  ['12e6', '12e6'],
  ['1E', '1E'],
  ['-1Mi', '-1Mi'],
  ['+5', '5'],
  ['1n', '1n'],
  ['0.0000000001', '1n'],
  ['.5', '500m'],
  ['5.', '5'],
] as const) {
  test(`formats ${given} as ${canonical}`, () => {
    assert.equal(canonicalQuantity(given), canonical);
  });
}

for (const [given, message] of [
  ['abc', /match the regular expression/],
  ['', /match the regular expression/],
  ['1KB', /match the regular expression/],
  ['1 Gi', /match the regular expression/],
  ['1KK', /suffix/],
  ['.', /numeric part/],
] as const) {
  test(`refuses ${JSON.stringify(given)}`, () => {
    assert.throws(
      () => canonicalQuantity(given),
      (error) => error instanceof QuantityError && message.test(error.message),
    );
  });
}

test('compares across formats', () => {
  assert.equal(compareQuantities('1Gi', '1G'), 1);
  assert.equal(compareQuantities('1000m', '1'), 0);
  assert.equal(compareQuantities('999m', '1'), -1);
});

test('a sum has the format of the first quantity', () => {
  assert.equal(addQuantities('32Mi', '32Mi'), '64Mi');
  assert.equal(addQuantities('0', '32Mi'), '32Mi');
});

test('quantityValue rounds up', () => {
  assert.equal(quantityValue('1500m'), 2n);
  assert.equal(quantityValue('1Ki'), 1024n);
});

test('a canonical quantity is its own canonical form', () => {
  const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti', 'u', 'n');
  fc.assert(
    fc.property(fc.integer(), suffix, (number, unit) => {
      const once = canonicalQuantity(`${number}${unit}`);
      assert.equal(canonicalQuantity(once), once);
      assert.equal(compareQuantities(once, `${number}${unit}`), 0);
    }),
  );
});
