import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TerminalModes } from './terminal-modes.ts';

const rows: [what: string, output: string, undo: string][] = [
  ['nothing', 'hello\r\n', ''],
  ['a colour that was reset', '\x1b[31mred\x1b[0m', ''],
  ['a colour that was left on', '\x1b[1;31mred', '\x1b[0m'],
  ['the alternate screen', '\x1b[?1049h', '\x1b[?1049l'],
  [
    'an editor that exited',
    '\x1b[?1049h\x1b[?1h\x1b=\x1b[?25l\x1b[?2004h\x1b[?25h\x1b[?1l\x1b>\x1b[?2004l\x1b[?1049l',
    '',
  ],
  ['a killed editor', '\x1b[?1049h\x1b[?1h\x1b=\x1b[?25l', '\x1b[?1l\x1b>\x1b[?1049l\x1b[?25h'],
  ['several modes at once', '\x1b[?1000;1006h', '\x1b[?1000l\x1b[?1006l'],
  ['bracketed paste', '\x1b[?2004h', '\x1b[?2004l'],
  ['a hidden cursor', '\x1b[?25l', '\x1b[?25h'],
  ['line drawing', '\x1b(0', '\x1b(B'],
  ['a scroll region', '\x1b[2;10r', '\x1b[r'],
  ['the keyboard protocol', '\x1b[>1u\x1b[>3u\x1b[<u', '\x1b[<1u'],
  ['a reset', '\x1b[?1049h\x1b[?25l\x1bc', ''],
  ['a soft reset', '\x1b[?25l\x1b[!p', ''],
  ['an unfinished title', '\x1b]2;never ended', '\x1b\\'],
  ['modes within a title are ignored', '\x1b]2;a[?25l\x07', ''],
  ['an unfinished sequence', '\x1b[?25', '\x18'],
];
for (const [what, output, undo] of rows) {
  test(`undoes ${what}`, () => {
    const modes = new TerminalModes();
    modes.note(Buffer.from(output, 'latin1'));
    assert.equal(modes.undo(), undo);
    assert.equal(modes.undo(), '', 'once');
  });
}

test('handles output in any chunks', () => {
  fc.assert(
    fc.property(fc.constantFrom(...rows), fc.array(fc.nat(8)), ([, output, undo], cuts) => {
      const modes = new TerminalModes();
      const bytes = Buffer.from(output, 'latin1');
      let at = 0;
      for (const cut of cuts) {
        modes.note(bytes.subarray(at, at + cut));
        at += cut;
      }
      modes.note(bytes.subarray(at));
      assert.equal(modes.undo(), undo);
    }),
  );
});

test('for any bytes, nothing is left to undo after undoing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const modes = new TerminalModes();
      modes.note(bytes);
      const undo = modes.undo();
      assert.ok(!modes.midSequence);
      modes.note(Buffer.from(undo, 'latin1'));
      assert.equal(modes.undo(), '');
    }),
  );
});
