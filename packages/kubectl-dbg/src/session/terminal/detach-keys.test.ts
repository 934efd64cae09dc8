import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DetachKeys, parseDetachKeys } from './detach-keys.ts';

const parsed: [text: string, bytes: number[] | undefined][] = [
  ['ctrl-p,ctrl-q', [0x10, 0x11]],
  ['CTRL-P,ctrl-Q', [0x10, 0x11]],
  ['ctrl-@', [0]],
  ['ctrl-],d', [0x1d, 0x64]],
  ['', []],
  ['ctrl-', undefined],
  ['ctrl-1', undefined],
  ['ab', undefined],
  ['ctrl-p,', undefined],
];
for (const [text, bytes] of parsed) {
  test(`detach keys "${text}"`, () => {
    const result = parseDetachKeys(text);
    assert.deepEqual(result === undefined ? undefined : [...result], bytes);
  });
}

const typed: [name: string, keys: string, chunks: string[], sent: string, detached: boolean][] = [
  ['ordinary keys pass', 'ctrl-p,ctrl-q', ['ls\r'], 'ls\r', false],
  ['the sequence detaches', 'ctrl-p,ctrl-q', ['a\x10\x11b'], 'a', true],
  ['the sequence in two reads', 'ctrl-p,ctrl-q', ['a\x10', '\x11'], 'a', true],
  ['a partial sequence is held, then sent', 'ctrl-p,ctrl-q', ['\x10', 'x'], '\x10x', false],
  ['a repeated partial sequence', 'ctrl-p,ctrl-q', ['\x10\x10\x11'], '\x10', true],
  ['a sequence that overlaps itself', 'a,a,b', ['aaab'], 'a', true],
  ['switched off', '', ['\x10\x11'], '\x10\x11', false],
];
for (const [name, keys, chunks, sent, detached] of typed) {
  test(name, () => {
    const finder = new DetachKeys(parseDetachKeys(keys) ?? new Uint8Array(0));
    let out = '';
    let found = false;
    for (const chunk of chunks) {
      const result = finder.type(Buffer.from(chunk, 'latin1'));
      out += Buffer.from(result.send).toString('latin1');
      found ||= result.detached;
    }
    assert.deepEqual({ out, found }, { out: sent, found: detached });
  });
}

test('sent and held keys together are the typed keys', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(1, 2, 3)),
      fc.array(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 4 }),
      (keys, sequence) => {
        const finder = new DetachKeys(Uint8Array.from(sequence));
        const { send, detached } = finder.type(Uint8Array.from(keys));
        const text = keys.join('');
        const at = text.indexOf(sequence.join(''));
        assert.equal(detached, at >= 0);
        const sent = [...send].join('');
        assert.ok(detached ? sent === text.slice(0, at) : text.startsWith(sent));
        assert.ok(detached || text.length - sent.length < sequence.length);
      },
    ),
  );
});
