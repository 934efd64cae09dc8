import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sanitise, sanitiseShort, sanitiseText } from './sanitise.ts';

const rows: [name: string, input: string, line: string, text: string][] = [
  [
    'plain text',
    'pods "web" not found — ü 日本 🙂',
    'pods "web" not found — ü 日本 🙂',
    'pods "web" not found — ü 日本 🙂',
  ],
  ['an escape sequence', '\u001b[31mred', '\\x1b[31mred', '\\x1b[31mred'],
  ['a one-byte CSI (C1)', '\u009b2J', '\\x9b2J', '\\x9b2J'],
  ['newlines and tabs', 'a\n\tb', 'a\\n\\tb', 'a\n\tb'],
  ['CRLF', 'a\r\nb', 'a\\r\\nb', 'a\nb'],
  ['a bare CR, which overwrites the line', 'safe\rbad', 'safe\\rbad', 'safe\\rbad'],
  ['a right-to-left override', 'a\u202eb', 'a\\u202eb', 'a\\u202eb'],
  ['isolates', '\u2066x\u2069', '\\u2066x\\u2069', '\\u2066x\\u2069'],
  ['a zero-width space and a joiner', 'a\u200bb\u200dc', 'a\\u200bb\\u200dc', 'a\\u200bb\\u200dc'],
  ['a byte order mark', '\ufeffx', '\\ufeffx', '\\ufeffx'],
  ['a line separator', 'a\u2028b', 'a\\u2028b', 'a\\u2028b'],
  ['a tag character', 'a\u{e0041}b', 'a\\u{e0041}b', 'a\\u{e0041}b'],
  ['half of a surrogate pair', 'a\ud83db', 'a\\ud83db', 'a\\ud83db'],
  ['a soft hyphen and a Hangul filler', '\u00ad\u3164', '\\xad\\u3164', '\\xad\\u3164'],
  ['NUL, BEL, backspace, DEL', '\0\u0007\b\u007f', '\\x00\\x07\\x08\\x7f', '\\x00\\x07\\x08\\x7f'],
];

for (const [name, input, line, text] of rows) {
  test(`makes visible: ${name}`, () => {
    assert.equal(sanitise(input), line);
    assert.equal(sanitiseText(input), text);
  });
}

test('truncates long text, with a mark and without splitting an escape', () => {
  assert.equal(sanitiseShort('abc', 3), 'abc');
  assert.equal(sanitiseShort('abcd', 3), 'abc…');
  assert.equal(sanitiseShort('\u001b'.repeat(100), 8), '\\x1b\\x1b…');
});

const nasty = fc.string({
  unit: fc.oneof(
    fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
    fc.nat(0x2100).map((point) => String.fromCodePoint(point)),
    fc.constantFrom('\r\n', '\u001b[', '\u202e', 'a', ' '),
  ),
});
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

test('leaves no hidden character in any text, and is idempotent', () => {
  fc.assert(
    fc.property(nasty, (input) => {
      const line = sanitise(input);
      assert.doesNotMatch(line, HIDDEN);
      assert.equal(sanitise(line), line);
      const text = sanitiseText(input);
      assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ''), HIDDEN);
      assert.equal(sanitiseText(text), text);
      assert.ok(sanitiseShort(input, 20).length <= 21);
      if (!HIDDEN.test(input)) assert.equal(line, input);
    }),
    { numRuns: 2000 },
  );
});
