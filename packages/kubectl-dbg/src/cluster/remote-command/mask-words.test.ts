import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mask, unmask } from './mask-words.ts';

test('masks as in RFC 6455, at any alignment, without touching adjacent bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  const key = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const shift = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(bytes, key, shift, shift, (data, key, before, offset) => {
      const source = Buffer.concat([Buffer.alloc(before), data]).subarray(before);
      const output = Buffer.alloc(offset + data.length + 3, 7);
      mask(source, key, output, offset, data.length);
      const expected = [...data].map((byte, index) => byte ^ (key[index % 4] ?? 0));
      assert.deepEqual([...output.subarray(offset, offset + data.length)], expected);
      assert.ok([...output.subarray(0, offset), ...output.subarray(-3)].every((byte) => byte === 7));
      const back = Buffer.from(output.subarray(offset, offset + data.length));
      unmask(back, key);
      assert.deepEqual([...back], [...data]);
    }),
  );
});
