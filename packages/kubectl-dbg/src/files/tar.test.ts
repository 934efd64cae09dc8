// Reads archives written by another program, and writes archives that other programs can read.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { extract, type Header, pack as makePack } from 'tar-stream';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { ArchiveError, type ArchiveEntry, makeHeader, type NewHeader } from './tar-format.ts';
import { TarReader } from './tar-reader.ts';
import { TarWriter } from './tar-writer.ts';

interface Read extends ArchiveEntry {
  text: string;
}

/** Yields bytes in chunks of this size. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Read[]> {
  const reader = new TarReader(source);
  const entries: Read[] = [];
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    const pieces: Uint8Array[] = [];
    for (let piece = await reader.read(); piece !== undefined; piece = await reader.read())
      pieces.push(piece);
    entries.push({ ...entry, text: Buffer.concat(pieces).toString('utf8') });
  }
  return entries;
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

function packed(entries: readonly (Partial<Header> & { name: string; text?: string })[]): Promise<Buffer> {
  const pack = makePack();
  for (const { text, ...header } of entries) pack.entry({ mtime: new Date(0), ...header }, text ?? '');
  pack.finalize();
  return bytesOf(pack as unknown as AsyncIterable<Uint8Array>);
}

function written(entries: readonly (NewHeader & { text?: string })[]): Buffer {
  const writer = new TarWriter();
  for (const { text = '', ...header } of entries) {
    const bytes = Buffer.from(text);
    writer.header({ ...header, size: bytes.length });
    writer.bytes(bytes);
    writer.pad(bytes.length);
  }
  writer.end();
  return Buffer.concat(writer.take(true));
}

const name = fc
  .array(fc.constantFrom('a', 'B', 'ä', ' ', '-', '.x', 'n'.repeat(60), '日本'), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((parts) => fc.constantFrom(parts.join(''), parts.join('/')));
const content = fc.string({ maxLength: 1500 });
const mode = fc.integer({ min: 1, max: 0o7777 });
const mtime = fc.integer({ min: 0, max: 2 ** 34 });

test('reads what another program has written, in chunks of any size', async () => {
  // The other program uses 31 bits.
  const early = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((at) => new Date(at * 1000));
  const file = fc.record({ name, text: content, mode, mtime: early });
  const link = fc.record({
    name,
    linkname: name,
    type: fc.constantFrom('link' as const, 'symlink' as const),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(file, link), { maxLength: 5 }),
      fc.integer({ min: 1, max: 2000 }),
      async (entries, size) => {
        const read = await readAll(inPieces(await packed(entries), size));
        const facts = read.map((entry) => [entry.name, entry.type, entry.linkname, entry.text]);
        const expected = entries.map((entry) =>
          'text' in entry
            ? [entry.name, 'file', '', entry.text]
            : [entry.name, entry.type, entry.linkname, ''],
        );
        assert.deepEqual(facts, expected);
        for (const [index, entry] of entries.entries()) {
          if (!('text' in entry)) continue;
          assert.equal(read[index]?.mode, entry.mode);
          assert.deepEqual(read[index].mtime, entry.mtime);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('what is written can be read by another program, and by this one', async () => {
  const entry = fc.oneof(
    fc.record({ name, type: fc.constant('file' as const), mode, mtime, text: content }),
    fc.record({ name, type: fc.constant('symlink' as const), mode, mtime, linkname: name }),
    fc.record({ name, type: fc.constant('directory' as const), mode, mtime }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), async (entries) => {
      const archive = written(entries);
      const seen: unknown[] = [];
      const parser = extract();
      parser.end(archive);
      for await (const one of parser) {
        const { header } = one;
        const text = (await bytesOf(one as unknown as AsyncIterable<Uint8Array>)).toString('utf8');
        seen.push([header.name.replace(/\/$/, ''), header.type, header.mode, header.mtime?.getTime(), text]);
      }
      const facts = entries.map((one) => [one.name, one.type, one.mode, one.mtime * 1000]);
      const expected = facts.map((some, index) => [
        ...some,
        (entries[index] as { text?: string }).text ?? '',
      ]);
      assert.deepEqual(seen, expected);
      const own = await readAll(inPieces(archive, 1000));
      assert.deepEqual(
        own.map((one) => [one.name.replace(/\/$/, ''), one.type, one.mode, one.mtime.getTime()]),
        facts,
      );
    }),
    { numRuns: 100 },
  );
});

for (const program of [['tar'], ['busybox', 'tar']]) {
  const missing = spawnSync(program[0] ?? '', ['--help']).error !== undefined;
  test(`${program.join(' ')} unpacks it: long names, links, times`, { skip: missing }, async (t) => {
    const directory = await temporaryDirectory(t);
    const long = `${'directory/'.repeat(20)}${'ä'.repeat(100)}`;
    const archive = written([
      { name: 'directory', type: 'directory', mode: 0o750, mtime: 1000 },
      { name: long, type: 'file', mode: 0o640, mtime: 1_700_000_000, text: 'text' },
      { name: 'link', type: 'symlink', mode: 0o777, mtime: 0, linkname: long },
      { name: 'old', type: 'file', mode: 0o600, mtime: -86_400, text: '' },
    ]);
    const [file = '', ...words] = program;
    const run = spawnSync(file, [...words, '-xpf', '-', '-C', directory], { input: archive });
    assert.equal(run.status, 0, run.stderr.toString());
    assert.equal(readFileSync(join(directory, long), 'utf8'), 'text');
    const { mode: bits, mtimeMs } = statSync(join(directory, long));
    assert.deepEqual([(bits & 0o777).toString(8), mtimeMs], ['640', 1_700_000_000_000]);
    assert.equal(readlinkSync(join(directory, 'link')), long);
    assert.equal(existsSync(join(directory, 'old')), true);
    assert.deepEqual(readdirSync(directory).toSorted(), ['directory', 'link', 'old']);
  });

  test(`${program.join(' ')} reads owners and times beyond octal digits`, { skip: missing }, () => {
    const archive = written([
      { name: 'late', type: 'file', mode: 0o600, mtime: 2 ** 31 + 5, uid: 1_000_650_000, gid: 2 ** 31 },
      { name: 'early', type: 'file', mode: 0o600, mtime: -86_400 },
    ]);
    const [file = '', ...words] = program;
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
    const run = spawnSync(file, [...words, '-tvf', '-'], { input: archive, env });
    assert.equal(run.status, 0, run.stderr.toString());
    assert.match(
      run.stdout.toString(),
      /1000650000\/2147483648 .*2038-01-19 03:14.*late\n.*1969-12-31 00:00/,
    );
  });
}

test('numbers too large for octal digits', async () => {
  const header = {
    name: 'x',
    type: 'file' as const,
    mode: 0o644,
    mtime: -1,
    size: 2 ** 40,
    uid: 2 ** 31,
    gid: 1,
  };
  const reader = new TarReader(inPieces(makeHeader(header), 512));
  const entry = await reader.next();
  assert.deepEqual([entry?.size, entry?.mtime.getTime()], [2 ** 40, -1000]);
});

const block = (change: (header: Buffer) => void): Buffer => {
  const header = makeHeader({ name: 'x', type: 'file', mode: 0o644, mtime: 0, size: 3 });
  change(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
};

test('a hard link has no content, whatever the size in its header: the next header follows', async () => {
  const archive = Buffer.concat([
    block((header) => {
      header.write('1', 156);
      header.write('00000002000', 124);
    }),
    written([{ name: 'after', type: 'file', mode: 0, mtime: 0, text: 'abc' }]),
  ]);
  const read = await readAll(inPieces(archive, 700));
  assert.deepEqual(
    read.map((entry) => [entry.name, entry.type, entry.text]),
    [
      ['x', 'link', ''],
      ['after', 'file', 'abc'],
    ],
  );
});

const broken: [what: string, archive: Buffer, words: RegExp][] = [
  ['nothing', Buffer.alloc(0), /too early/],
  [
    'no end',
    written([{ name: 'x', type: 'file', mode: 0, mtime: 0, text: 'abc' }]).subarray(0, 1024),
    /too early/,
  ],
  [
    'a truncated entry',
    written([{ name: 'x', type: 'file', mode: 0, mtime: 0, text: 'abc' }]).subarray(0, 514),
    /too early/,
  ],
  ['text', Buffer.alloc(1024, 'x'), /checksum/],
  [
    'a changed header',
    Buffer.concat([makeHeader({ name: 'x', type: 'file', mode: 0, mtime: 0 }).fill('y', 0, 1)]),
    /checksum/,
  ],
  ['a negative size', block((header) => header.fill(0xff, 124, 136)), /no size/],
  ['a size of 81 bits', block((header) => header.fill(0x81, 124, 125)), /no size/],
  ['a size that is not a number', block((header) => header.write('nonsense', 124)), /no size/],
  [
    'a large extended header',
    block((header) => header.fill('x', 156, 157).write('77777777777', 124)),
    /too large/,
  ],
  [
    'records without length',
    Buffer.concat([block((header) => header.fill('x', 156, 157)), Buffer.from('x=y'.padEnd(512, '\0'))]),
    /malformed/,
  ],
  ['a size with a digit that is not octal', block((header) => header.write('1z', 124)), /no size/],
  [
    'a record with an invalid size',
    Buffer.concat([
      block((header) => header.fill('x', 156, 157).write('00000000013', 124)),
      Buffer.from('11 size=1x\n'.padEnd(512, '\0')),
      block(() => undefined),
    ]),
    /no size/,
  ],
  [
    'many extended headers',
    Buffer.concat(
      Array.from({ length: 20 }, () =>
        Buffer.concat([block((header) => header.fill('L', 156, 157)), Buffer.from('abc'.padEnd(512, '\0'))]),
      ),
    ),
    /too many/,
  ],
];
for (const [what, archive, words] of broken) {
  test(`rejects ${what}`, async () => {
    await assert.rejects(readAll(inPieces(archive, 700)), (error) => {
      assert.ok(error instanceof ArchiveError, String(error));
      assert.match(error.message, words);
      return true;
    });
  });
}

test('any bytes are read to an end, or cause an ArchiveError', async () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.uint8Array({ maxLength: 2000 }).map((bytes) => {
      const archive = written([
        { name: 'a', type: 'file', mode: 0, mtime: 0, text: 'abc' },
        { name: 'n'.repeat(200), type: 'directory', mode: 0, mtime: 0 },
      ]);
      for (const [index, byte] of bytes.entries())
        if (byte % 29 === 0) archive[(index * 7) % archive.length] = byte;
      return archive;
    }),
  );
  await fc.assert(
    fc.asyncProperty(some, async (bytes) => {
      await readAll(inPieces(Buffer.from(bytes), 600)).catch((error: unknown) =>
        assert.ok(error instanceof ArchiveError, String(error)),
      );
    }),
    { numRuns: 200 },
  );
});
