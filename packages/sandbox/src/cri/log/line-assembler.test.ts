import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_ENTRY_BYTES } from './cri-line.ts';
import { LineAssembler } from './line-assembler.ts';

function assemble(chunks: readonly Buffer[], end = true): [string, boolean][] {
  const entries: [string, boolean][] = [];
  const assembler = new LineAssembler((content, partial) => {
    entries.push([content.toString('latin1'), partial]);
  });
  for (const chunk of chunks) assembler.write(chunk);
  if (end) assembler.end();
  return entries;
}

const long = 'x'.repeat(MAX_ENTRY_BYTES);

for (const [what, chunks, expected] of [
  ['nothing of nothing', [], []],
  [
    'whole lines',
    ['a\nb\n'],
    [
      ['a', false],
      ['b', false],
    ],
  ],
  ['a line over several chunks', ['a', 'b', 'c\n'], [['abc', false]]],
  [
    'an unfinished line at the end',
    ['a\nb'],
    [
      ['a', false],
      ['b', true],
    ],
  ],
  ['an empty line', ['\n'], [['', false]]],
  [
    'one CR dropped before the LF, even over chunks',
    ['a\r', '\n', 'b\r\r\n', 'c\rd\n'],
    [
      ['a', false],
      ['b\r', false],
      ['c\rd', false],
    ],
  ],
  ['a line of just the limit', [`${long}\n`], [[long, false]]],
  [
    'a line over the limit',
    [`${long}y\n`],
    [
      [long, true],
      ['y', false],
    ],
  ],
  [
    'a long line that comes in pieces',
    [long, long, 'z\n'],
    [
      [long, true],
      [long, true],
      ['z', false],
    ],
  ],
] as const) {
  test(`log entries of ${what}`, () => {
    assert.deepEqual(
      assemble(chunks.map((chunk) => Buffer.from(chunk))),
      expected.map((entry) => [...entry]),
    );
  });
}

test('nothing of an unfinished line shows before its end', () => {
  assert.deepEqual(assemble([Buffer.from('half')], false), []);
});

test('the pieces of any output, joined, are the output without one CR before each LF', () => {
  const bytes = fc.array(fc.constantFrom('a', '\r', '\n', long), { maxLength: 12 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 50_000 }), (parts, size) => {
      const output = Buffer.from(parts.join(''));
      const chunks: Buffer[] = [];
      for (let at = 0; at < output.length; at += size) chunks.push(output.subarray(at, at + size));
      const joined = assemble(chunks)
        .map(([content, partial]) => content + (partial ? '' : '\n'))
        .join('');
      // Where a piece ends just before a CR LF, containerd shows the CR as well; so does this.
      assert.equal(joined.replaceAll('\r', ''), output.toString('latin1').replaceAll('\r', ''));
    }),
  );
});

test('a line of 100 MB takes linear time, holds one piece at a time, and loses nothing', () => {
  const chunk = Buffer.alloc(4096, 'x');
  const total = 100_000_000;
  let bytes = 0;
  let pieces = 0;
  const assembler = new LineAssembler((content) => {
    bytes += content.length;
    pieces += 1;
  });
  const before = process.memoryUsage.rss();
  let peak = 0;
  for (let written = 0; written < total; written += chunk.length) {
    assembler.write(chunk.subarray(0, Math.min(chunk.length, total - written)));
    if (written % (chunk.length * 1024) === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  assembler.write(Buffer.from('\n'));
  assert.equal(bytes, total);
  assert.equal(pieces, Math.ceil(total / MAX_ENTRY_BYTES));
  // What the collector has not got round to yet, not what is held.
  assert.ok(peak - before < 100 * 1024 * 1024, `${(peak - before) / 1024 / 1024} MiB`);
});

test('one chunk of many megabytes is cut without being copied', () => {
  const chunk = Buffer.alloc(20_000_000, 'x');
  const entries: Buffer[] = [];
  new LineAssembler((content) => entries.push(content)).write(chunk);
  assert.ok(entries.every((content) => content.buffer === chunk.buffer));
  assert.equal(entries.length, Math.floor(chunk.length / MAX_ENTRY_BYTES));
});
