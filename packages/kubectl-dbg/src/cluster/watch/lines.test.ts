import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter, LineTooLong } from './lines.ts';

function split(chunks: Iterable<Uint8Array>, limit?: number): string[] {
  const splitter = new LineSplitter(limit);
  return [...chunks].flatMap((chunk) => [...splitter.push(chunk)]);
}

test('returns the same lines at any chunk boundaries, even within a character', () => {
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ''));
  fc.assert(
    fc.property(fc.array(text), fc.array(fc.nat()), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const borders = [
        0,
        ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b),
        bytes.length,
      ];
      const chunks = borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
      // An initial byte order mark belongs to the encoding.
      const expected = lines.map((line, index) => (index === 0 ? line.replace(/^\ufeff/, '') : line));
      assert.deepEqual(split(chunks), expected);
    }),
  );
});

test('does not return a last line without a newline', () => {
  assert.deepEqual(split([Buffer.from('{"a":1}\n{"b"')]), ['{"a":1}']);
});

test('refuses a line above the limit before it is complete', () => {
  assert.deepEqual(split([Buffer.from('12345\n12345\n')], 5), ['12345', '12345']);
  assert.throws(() => split([Buffer.from('123'), Buffer.from('456')], 5), LineTooLong);
});

test('takes linear time for a long line in many chunks', () => {
  const piece = Buffer.from('x'.repeat(1024));
  const chunks = Array.from({ length: 8 * 1024 }, () => piece);
  const [line] = split([...chunks, Buffer.from('\n')]);
  assert.equal(line?.length, 8 * 1024 * 1024);
});
