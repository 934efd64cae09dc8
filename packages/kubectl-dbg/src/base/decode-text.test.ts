import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeText, InvalidText } from './decode-text.ts';

const TEXT = 'naïve: "日本 🙂"\nb: 2\n';
const LE = Buffer.from(`\ufeff${TEXT}`, 'utf16le');
const BE = Buffer.from(LE).swap16();

const rows: [name: string, bytes: Buffer][] = [
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16, little-endian', LE],
  ['UTF-16, big-endian', BE],
];
for (const [name, bytes] of rows) {
  test(`reads ${name}`, () => assert.equal(decodeText(bytes), TEXT));
}

const wrong: [name: string, bytes: Buffer, message: string][] = [
  ['Latin-1', Buffer.from('a: 1\nb: caf\xe9 x\n', 'latin1'), 'not valid UTF-8 (line 2, column 7)'],
  ['a truncated sequence', Buffer.from([0x61, 0xe2, 0x82]), 'not valid UTF-8 (line 1, column 2)'],
  ['an overlong form', Buffer.from([0xc0, 0x80]), 'not valid UTF-8 (line 1, column 1)'],
  ['a surrogate in UTF-8', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'not valid UTF-8 (line 1, column 2)'],
  ['half a UTF-16 code unit', LE.subarray(0, 7), 'not valid UTF-16 (line 1, column 3)'],
  ['half a surrogate pair', Buffer.from('\ufeffab\ud83dc', 'utf16le'), 'not valid UTF-16 (line 1, column 3)'],
];
for (const [name, bytes, message] of wrong) {
  test(`refuses ${name}, and says where`, () => {
    assert.throws(() => decodeText(bytes), { name: 'InvalidText', message });
  });
}

test('any bytes are decoded, or refused with a position', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('', 'fffe', 'feff'), (bytes, mark) => {
      try {
        assert.equal(typeof decodeText(Buffer.concat([Buffer.from(mark, 'hex'), bytes])), 'string');
      } catch (error) {
        assert.ok(error instanceof InvalidText && error.line >= 1 && error.column >= 1);
      }
    }),
  );
});

test('any text round-trips in each encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const marked = Buffer.from(`\ufeff${text}`, 'utf16le');
      assert.equal(decodeText(marked), text);
      assert.equal(decodeText(Buffer.from(marked).swap16()), text);
      assert.equal(decodeText(Buffer.from(`\ufeff${text}`)), text);
    }),
  );
});
