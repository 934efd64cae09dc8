import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cloneJson, equalJson } from './json.ts';

test('a clone is equal and shares no references', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy = cloneJson(value);
      assert.deepEqual(JSON.stringify(copy), JSON.stringify(value));
      assert.ok(equalJson(copy, value));
      if (typeof value === 'object' && value !== null) assert.notEqual(copy, value);
    }),
  );
});

test('values are equal if their JSON is, in any order of properties', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const sorted = (value: unknown): string =>
        JSON.stringify(value, (_key, member: unknown) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).toSorted(([x], [y]) => (x < y ? -1 : 1)))
            : member,
        );
      // JSON writes -0 as 0, and equalJson agrees.
      assert.equal(equalJson(a, b), sorted(a) === sorted(b));
    }),
  );
});

const CASES: readonly (readonly [a: unknown, b: unknown, equal: boolean])[] = [
  [{ a: undefined }, {}, true],
  [{}, { a: undefined }, true],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: undefined, b: 1 }, { a: 1, b: undefined }, false],
  [[], {}, false],
  [null, {}, false],
  [[1, [2]], [1, [2]], true],
  [[1, 2], [1], false],
];
for (const [a, b, equal] of CASES) {
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${equal ? '' : 'not '}equal`, () => {
    assert.equal(equalJson(a, b), equal);
  });
}
