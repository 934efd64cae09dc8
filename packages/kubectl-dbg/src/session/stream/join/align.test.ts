import assert from 'node:assert/strict';
import { test } from 'node:test';
import { align } from './align.ts';

const CASES: { name: string; log: string; attach: string; whole: boolean; consumed: number[] }[] = [
  { name: 'the log ends within attach', log: 'b\nc\n', attach: 'a\nb\nc\nd\n', whole: true, consumed: [6] },
  { name: 'attach begins within the log', log: 'a\nb\nc\n', attach: 'b\nc\nd\n', whole: true, consumed: [4] },
  { name: 'nothing in common', log: 'a\n', attach: 'b', whole: true, consumed: [] },
  {
    name: 'equal lines match at many positions',
    log: 'y\ny\ny\n',
    attach: 'y\ny\n',
    whole: true,
    consumed: [4, 2],
  },
  {
    name: 'attach starts within a line',
    log: 'line 7\nline 8\n',
    attach: '8\nline 9\n',
    whole: true,
    consumed: [2],
  },
  {
    name: 'without its beginning, attach can only contain the log',
    log: 'a\nb\n',
    attach: 'b\nc\n',
    whole: false,
    consumed: [],
  },
];

for (const { name, log, attach, whole, consumed } of CASES) {
  test(name, () => {
    const found = align(Buffer.from(log), Buffer.from(attach), whole);
    assert.deepEqual(
      found.map((place) => place.consumed),
      consumed,
    );
  });
}
