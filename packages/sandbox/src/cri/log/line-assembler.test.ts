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
  ['no output', [], []],
  [
    'whole lines',
    ['a\nb\n'],
    [
      ['a', false],
      ['b', false],
    ],
  ],
  ['a line in several chunks', ['a', 'b', 'c\n'], [['abc', false]]],
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
    'one CR before the LF is dropped, even in another chunk',
    ['a\r', '\n', 'b\r\r\n', 'c\rd\n'],
    [
      ['a', false],
      ['b\r', false],
      ['c\rd', false],
    ],
  ],
  ['a line of exactly the maximum length', [`${long}\n`], [[long, false]]],
  [
    'a line longer than the maximum',
    [`${long}y\n`],
    [
      [long, true],
      ['y', false],
    ],
  ],
  [
    'a long line in several chunks',
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

test('emits nothing of an unfinished line before its end', () => {
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
      // If a piece ends just before a CR LF, containerd keeps the CR; so does this.
      assert.equal(joined.replaceAll('\r', ''), output.toString('latin1').replaceAll('\r', ''));
    }),
  );
});

test('handles a line of 100 MB in linear time, with one piece in memory, without loss', () => {
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
  // Mostly garbage that is not collected yet.
  assert.ok(peak - before < 100 * 1024 * 1024, `${(peak - before) / 1024 / 1024} MiB`);
});

test('splits a chunk of many megabytes without copying it', () => {
  const chunk = Buffer.alloc(20_000_000, 'x');
  const entries: Buffer[] = [];
  new LineAssembler((content) => entries.push(content)).write(chunk);
  assert.ok(entries.every((content) => content.buffer === chunk.buffer));
  assert.equal(entries.length, Math.floor(chunk.length / MAX_ENTRY_BYTES));
});
