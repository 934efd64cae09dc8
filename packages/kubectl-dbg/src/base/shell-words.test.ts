import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellWords } from './shell-words.ts';

const rows: [text: string, words: string[] | undefined, windows?: true][] = [
  ['', []],
  [' \t ', []],
  ['vi', ['vi']],
  ['  code   --wait ', ['code', '--wait']],
  [`"/opt/my editor/bin" --wait`, ['/opt/my editor/bin', '--wait']],
  [`vim -c 'set noai' -n`, ['vim', '-c', 'set noai', '-n']],
  [String.raw`/opt/my\ editor -x`, ['/opt/my editor', '-x']],
  [`a"b c"'d e'f`, ['ab cd ef']],
  [`ed '' ""`, ['ed', '', '']],
  [String.raw`"a\"b\\c\d" 'e\f'`, [String.raw`a"b\c\d`, String.raw`e\f`]],
  ['a\\', ['a\\']],
  ['$HOME/ed; touch x', ['$HOME/ed;', 'touch', 'x']],
  [`vi 'open`, undefined],
  [`vi "open\\"`, undefined],
  [String.raw`"C:\Program Files\ed.exe" -w`, [String.raw`C:\Program Files\ed.exe`, '-w'], true],
  [String.raw`C:\bin\ed.exe -w`, [String.raw`C:\bin\ed.exe`, '-w'], true],
];

for (const [text, words, windows] of rows) {
  test(`${text} is ${JSON.stringify(words)}`, () => {
    assert.deepEqual(shellWords(text, { backslash: windows === undefined }), words);
  });
}
