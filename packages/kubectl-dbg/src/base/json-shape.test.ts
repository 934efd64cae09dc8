import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exceededLimit } from './json-shape.ts';

const LIMITS = { depth: 4, values: 20 };

const rows: [text: string, exceeded: 'depth' | 'values' | undefined][] = [
  ['[[[[]]]]', undefined],
  ['[[[[[]]]]]', 'depth'],
  ['{"a":{"b":{"c":{"d":{}}}}}', 'depth'],
  ['["[[[[[[[[", "{{{{{{{{"]', undefined],
  ['["\\"[[[[[[", "\\\\", "[[[[[["]', undefined],
  [`[${'{},'.repeat(30)}{}]`, 'values'],
  [`["${','.repeat(1000)}"]`, undefined],
  ['"unfinished [[[[[[[', undefined],
  ['', undefined],
];
for (const [text, exceeded] of rows) {
  test(`${text.slice(0, 30)}: ${exceeded ?? 'within limits'}`, () => {
    assert.equal(exceededLimit(text, LIMITS), exceeded);
  });
}

test('measures the depth of any JSON, whatever its strings contain', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)))
      : 0;
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = JSON.stringify(value);
      const depth = depthOf(JSON.parse(text));
      const values = Infinity;
      assert.equal(exceededLimit(text, { depth, values }), undefined);
      if (depth > 0) assert.equal(exceededLimit(text, { depth: depth - 1, values }), 'depth');
    }),
  );
});

for (const [name, text] of [
  ['backslashes', `["${'\\'.repeat(2_000_000)}"`],
  ['escaped quotation marks', `["${'\\"'.repeat(1_000_000)}"]`],
  ['quotation marks', '"'.repeat(4_000_000)],
] as const) {
  test(`many ${name} take no longer than other characters`, () => {
    const began = performance.now();
    exceededLimit(text, { depth: 100, values: 1e9 });
    assert.ok(performance.now() - began < 2000);
  });
}
