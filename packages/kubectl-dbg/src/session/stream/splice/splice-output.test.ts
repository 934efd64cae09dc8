import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpliceOutput } from './splice-output.ts';

for (const { name, tty = false, log, attach, inexact } of [
  { name: 'text from both', log: 'one\n', attach: 'two\n', inexact: false },
  { name: 'binary output that begins in the log', log: 'a\0b\n', attach: '', inexact: true },
  { name: 'binary output that begins as text', log: 'PK\n', attach: '\0', inexact: true },
  { name: 'text with carriage returns', log: 'one\n', attach: 'two\r\n', inexact: true },
  { name: 'binary output of which attach had all', log: '', attach: 'a\0\r\n', inexact: false },
  {
    name: 'a terminal, which adds them everywhere',
    tty: true,
    log: 'one\n',
    attach: 'two\r\n\0',
    inexact: false,
  },
]) {
  test(`whether carriage returns may be missing: ${name}`, () => {
    const output = new SpliceOutput(tty);
    output.writeLog(Buffer.from(log));
    output.write(0, Buffer.from(attach));
    assert.equal(output.report.inexact, inexact);
  });
}
