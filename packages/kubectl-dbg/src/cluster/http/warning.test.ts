import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseWarnings } from './warning.ts';

const rows: [name: string, header: string, texts: string[]][] = [
  ['one', '299 - "would violate PodSecurity"', ['would violate PodSecurity']],
  ['an agent', '299 kube-apiserver/1.36 "a"', ['a']],
  ['several', '299 - "a", 299 - "b",299 - "c"', ['a', 'b', 'c']],
  ['escaped quotes, backslashes and commas', '299 - "say \\"a, b\\" \\\\ c"', ['say "a, b" \\ c']],
  ['a date', '299 - "a" "Sat, 25 Aug 2012 23:34:45 GMT", 299 - "b"', ['a', 'b']],
  ['other codes', '110 - "stale", 299 - "a"', ['a']],
  ['nothing', '', []],
  ['an unterminated quote', '299 - "abc', []],
  ['a malformed one before a good one', 'nonsense, 299 - "a"', ['a']],
  ['a malformed one with a comma in quotes', '29 - "x, 299", 299 - "a"', ['a']],
  ['an empty text', '299 - ""', ['']],
  ['a backslash at the end', '299 - "a\\', []],
];

for (const [name, header, texts] of rows) {
  test(`warning header: ${name}`, () => assert.deepEqual(parseWarnings(header), texts));
}

test('any texts written to a header are read back', () => {
  const texts = fc.array(fc.string());
  fc.assert(
    fc.property(texts, (written) => {
      const header = written
        .map((text) => `299 - "${text.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`)
        .join(', ');
      assert.deepEqual(parseWarnings(header), written);
    }),
  );
});

test('never throws and always terminates', () => {
  const pieces = fc.constantFrom('299', ' ', '-', '"', '\\', ',', 'a', '\t', '\n', '299 - "x"');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      assert.ok(Array.isArray(parseWarnings(parts.join(''))));
    }),
  );
});

for (const [name, header] of [
  ['commas', ','.repeat(2_000_000)],
  ['commas and spaces', ', '.repeat(1_000_000)],
  ['blanks', ' '.repeat(2_000_000)],
  ['quotation marks', '"'.repeat(2_000_001)],
  ['unterminated strings', '299 - "'.repeat(300_000)],
  ['codes without an agent', '299 '.repeat(500_000)],
  ['codes and a long agent', `299 ${'x'.repeat(2_000_000)}`],
  ['escapes', `299 - "${'\\'.repeat(2_000_000)}`],
] as const) {
  test(`a header of ${name} is parsed in linear time`, () => {
    const began = performance.now();
    assert.ok(parseWarnings(header).length <= 100);
    assert.ok(performance.now() - began < 2000);
  });
}
