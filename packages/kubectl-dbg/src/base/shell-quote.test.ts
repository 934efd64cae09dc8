import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { quoteForShell, type Shell } from './shell-quote.ts';

const rows: [word: string, posix: string, powershell: string, cmd: string][] = [
  ['web-0', 'web-0', 'web-0', 'web-0'],
  ['', "''", "''", '""'],
  ['my k.kc', "'my k.kc'", "'my k.kc'", '"my k.kc"'],
  ['web;id;$(id)', "'web;id;$(id)'", "'web;id;$(id)'", '"web;id;$(id)"'],
  ["it's", String.raw`'it'\''s'`, "'it''s'", '"it\'s"'],
  ['a\u2019;calc', "'a\u2019;calc'", "'a\u2019\u2019;calc'", '"a\u2019;calc"'],
  ['a,b', 'a,b', "'a,b'", '"a,b"'],
  ['~root', "'~root'", "'~root'", '"~root"'],
  ['@x', "'@x'", "'@x'", '"@x"'],
  ['%PATH%', "'%PATH%'", "'%PATH%'", '^"^%PATH^%^"'],
  ['"&calc', `'"&calc'`, `'"&calc'`, String.raw`^"\^"^&calc^"`],
  ['C:\\my dir\\', String.raw`'C:\my dir\'`, String.raw`'C:\my dir\'`, String.raw`"C:\my dir\\"`],
  ['a\nrm -rf', String.raw`'a\nrm -rf'`, String.raw`'a\nrm -rf'`, String.raw`"a\nrm -rf"`],
  [
    '\u001b]52;c;x\u0007',
    String.raw`'\x1b]52;c;x\x07'`,
    String.raw`'\x1b]52;c;x\x07'`,
    String.raw`"\x1b]52;c;x\x07"`,
  ],
];

for (const [word, ...quoted] of rows) {
  test(`quotes ${JSON.stringify(word)} for each shell`, () => {
    const shells: Shell[] = ['posix', 'powershell', 'cmd'];
    assert.deepEqual(
      shells.map((shell) => quoteForShell(word, shell)),
      quoted,
    );
  });
}

test('a POSIX shell reads back what was quoted', { skip: process.platform === 'win32' && 'no sh' }, () => {
  const words = fc.sample(fc.string({ unit: 'grapheme-ascii' }), 300);
  const line = `printf '%s\\n' ${words.map((word) => quoteForShell(word)).join(' ')}`;
  const read = execFileSync('sh', ['-c', line], { encoding: 'utf8' });
  assert.deepEqual(read.slice(0, -1).split('\n'), words);
});
