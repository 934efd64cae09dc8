import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PassThrough } from 'node:stream';
import { requestOf } from '../cases/run-request.ts';
import { parse } from './grammar/index.ts';
import { terminalHint } from './terminal-hint.ts';

const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY });

const SHELL = /stdin is not passed on, and a shell exits at once/;
const TERMINAL = /carriage returns and what you type/;

const rows: [line: string, stdin: boolean, stdout: boolean, hint: RegExp | undefined][] = [
  ['box', true, false, SHELL],
  ['box', true, true, undefined],
  ['box', false, false, undefined],
  ['box -- ls', true, false, undefined],
  ['box -i', true, false, undefined],
  ['box -i=false', true, false, undefined],
  ['box -it', true, false, TERMINAL],
  ['box -it -- ls -l /', true, false, TERMINAL],
  ['box -it', true, true, undefined],
  ['box --attach=false', true, false, undefined],
  ['node/n1', true, false, SHELL],
];

for (const [line, stdin, stdout, hint] of rows) {
  test(`${line}, stdin ${stdin ? 'a' : 'no'} terminal, stdout ${stdout ? 'a' : 'no'} terminal`, () => {
    const request = requestOf(parse(line.split(' ')));
    const shown = terminalHint(request, { stdin: stream(stdin), stdout: stream(stdout) });
    if (hint === undefined) assert.equal(shown, undefined);
    else assert.match(shown ?? '', hint);
  });
}
