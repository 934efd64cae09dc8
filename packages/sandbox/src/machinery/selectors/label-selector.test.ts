import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSelector, selectorMatches, validateLabelSelector } from './label-selector.ts';

const LABELS = { app: 'web', tier: 'front' };

for (const [selector, expected] of [
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'db' } }, false],
  [{}, true],
  [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'x'] }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'x', operator: 'Exists' }] }, false],
] as const) {
  test(`${JSON.stringify(selector)} ${expected ? 'matches' : 'does not match'}`, () => {
    assert.equal(selectorMatches(structuredClone(selector) as object, LABELS), expected);
  });
}

test('an absent selector matches nothing', () => {
  assert.equal(selectorMatches(undefined, LABELS), false);
  assert.equal(selectorMatches(null, LABELS), false);
});

test('formatSelector sorts by key', () => {
  const selector = {
    matchLabels: { b: '1', a: '2' },
    matchExpressions: [
      { key: 'c', operator: 'In', values: ['y', 'x'] },
      { key: 'd', operator: 'DoesNotExist' },
    ],
  };
  assert.equal(formatSelector(selector), 'a=2,b=1,c in (x,y),!d');
  assert.equal(formatSelector({}), '<none>');
});

test('validation reports each error with its path', () => {
  const errors = validateLabelSelector(
    {
      matchLabels: { 'a b': 'x' },
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'Exists', values: ['x'] },
        { key: 'c', operator: 'Like' },
      ],
    },
    'spec.selector',
  );
  assert.deepEqual(
    errors.map((error) => `${error.field}: ${error.reason}`),
    [
      'spec.selector.matchLabels: FieldValueInvalid',
      'spec.selector.matchExpressions[0].values: FieldValueRequired',
      'spec.selector.matchExpressions[1].values: FieldValueForbidden',
      'spec.selector.matchExpressions[2].operator: FieldValueInvalid',
    ],
  );
});
