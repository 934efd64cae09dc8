// Archives that try to escape the target directory: nothing outside it may change, whatever they contain.
import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { pack as makePack, type Header } from 'tar-stream';
import { DbgError } from '../model/failure.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { nameKey } from './entry-name.ts';
import { isSystemError, receiveTree } from './receive.ts';
import { makeHeader } from './tar-format.ts';

type Entry = Partial<Header> & { name: string; text?: string };

interface Unpacked {
  skipped: [name: string, why: string][];
  error?: unknown;
}

/** A directory to unpack into, with a secret next to it and one above. */
async function scene(context: TestContext): Promise<{ top: string; directory: string }> {
  const top = await temporaryDirectory(context);
  const directory = join(top, 'work', 'dest');
  mkdirSync(directory, { recursive: true });
  mkdirSync(join(top, 'work', 'beside'));
  for (const path of ['secret', 'work/secret', 'work/beside/secret', 'work/dest.txt'])
    writeFileSync(join(top, path), 'as it was');
  return { top, directory };
}

function archive(entries: readonly Entry[]): AsyncIterable<Uint8Array> {
  const pack = makePack();
  for (const { text = '', ...header } of entries) {
    const isFile = header.type === undefined || header.type === 'file';
    pack.entry(
      { mode: 0o644, mtime: new Date(0), ...header, ...(isFile ? {} : { size: 0 }) },
      isFile ? text : '',
    );
  }
  pack.finalize();
  return pack as unknown as AsyncIterable<Uint8Array>;
}

async function unpack(
  directory: string,
  source: AsyncIterable<Uint8Array>,
  platform: NodeJS.Platform = 'linux',
  limits: { maxBytes?: number; maxEntries?: number; keepSetuid?: boolean } = {},
): Promise<Unpacked> {
  const skipped: Unpacked['skipped'] = [];
  const onSkip = (name: string, why: string) => void skipped.push([name, why]);
  try {
    await receiveTree(source, {
      directory,
      platform,
      onSkip,
      maxBytes: Infinity,
      maxEntries: Infinity,
      keepSetuid: false,
      ...limits,
    });
    return { skipped };
  } catch (error) {
    return { skipped, error };
  }
}

/** All files in a directory with their content, except those in one subdirectory. */
function look(directory: string, without?: string): Record<string, string> {
  const seen: Record<string, string> = {};
  const walk = (path: string): void => {
    for (const name of readdirSync(path)) {
      const child = join(path, name);
      const stats = lstatSync(child);
      if (stats.isSymbolicLink()) seen[child.slice(directory.length)] = `-> ${readlinkSync(child)}`;
      else if (stats.isDirectory()) {
        seen[child.slice(directory.length)] = 'directory';
        if (child !== without) walk(child);
      } else
        seen[child.slice(directory.length)] =
          `${(stats.mode & 0o7777).toString(8)} ${readFileSync(child, 'utf8')}`;
    }
  };
  walk(directory);
  return seen;
}

/** Symbolic links that lead out of the directory, resolved by the operating system. */
function escapes(directory: string): string[] {
  const found: string[] = [];
  const root = realpathSync(directory);
  const walk = (path: string): void => {
    for (const name of readdirSync(path)) {
      const child = join(path, name);
      const stats = lstatSync(child);
      if (stats.isDirectory()) walk(child);
      if (!stats.isSymbolicLink()) continue;
      try {
        const real = realpathSync(child);
        if (real !== root && !real.startsWith(`${root}/`)) found.push(`${child} -> ${real}`);
      } catch {
        // dangling or circular
      }
    }
  };
  walk(directory);
  return found;
}

const link = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname });
const hard = (name: string, linkname: string): Entry => ({ name, type: 'link', linkname });
const directoryAt = (name: string): Entry => ({ name, type: 'directory', mode: 0o755 });

const corpus: [what: string, entries: Entry[]][] = [
  [
    'CVE-2018-1002100: .. in a name',
    [
      { name: '../secret', text: 'x' },
      { name: 'a/../../secret', text: 'x' },
    ],
  ],
  [
    'an absolute name',
    [
      { name: '/srv/secret', text: 'x' },
      { name: '//srv/secret', text: 'x' },
    ],
  ],
  [
    'CVE-2019-1002101: a file through a link that the archive brought',
    [link('out', '..'), { name: 'out/secret', text: 'x' }],
  ],
  [
    'CVE-2019-1002101: the same by an absolute link',
    [link('out', '/tmp'), { name: 'out/secret', text: 'x' }],
  ],
  [
    'CVE-2019-11246: a link in place of a directory that was written',
    [directoryAt('d'), { name: 'd/a', text: '1' }, link('d', '../beside'), { name: 'd/secret', text: 'x' }],
  ],
  ['CVE-2019-11249: a link followed by ..', [link('l', 'a'), { name: 'l/../../secret', text: 'x' }]],
  [
    'CVE-2019-11251: two links that lead out together',
    [
      directoryAt('a/b/c'),
      link('a/b/c/t', '../../..'),
      link('s', 'a/b/c/t/../beside'),
      { name: 's/secret', text: 'x' },
    ],
  ],
  [
    'a link to itself, and a circle',
    [link('x', 'x'), link('y', 'z'), link('z', 'y'), { name: 'x/secret', text: 'x' }],
  ],
  ['a hard link to a file outside', [hard('h', '../secret'), { name: 'h', text: 'x' }]],
  ['a hard link to a link', [link('l', '../secret'), hard('h', 'l')]],
  ['a hard link by an absolute name', [hard('h', '/etc/passwd')]],
  [
    'the directory itself as a link or a file',
    [link('.', '../beside'), { name: './', text: 'x' }, { name: '.', text: 'x' }],
  ],
  [
    'devices and pipes',
    [
      { name: 'sda', type: 'block-device' },
      { name: 'null', type: 'character-device' },
      { name: 'p', type: 'fifo' },
    ],
  ],
  [
    'a directory that is replaced by a link between two of its files',
    [
      directoryAt('d'),
      { name: 'd/a', text: '1' },
      link('d', '..'),
      { name: 'd/secret', text: 'x' },
      link('d', '../beside'),
      hard('d/secret', 'd/a'),
    ],
  ],
  [
    'a chain of hard links to a link that leads out',
    [link('l', '../secret'), hard('h', 'l'), hard('i', 'h'), { name: 'i', text: 'x' }],
  ],
  [
    'extended headers that change the name and the target',
    [
      { name: 'fine', text: 'x', pax: { path: '../secret' } },
      { name: 'link', type: 'symlink', linkname: 'fine', pax: { linkpath: '/etc/passwd' } },
      { name: 'hard', type: 'link', linkname: 'fine', pax: { linkpath: '../secret' } },
    ],
  ],
  [
    'names that are too long, or have too long a component',
    [
      { name: `../${'a/'.repeat(200)}secret`, text: 'x' },
      { name: 'n'.repeat(256), text: 'x' },
      link('long', `${'../'.repeat(100)}secret`),
    ],
  ],
  [
    'control characters',
    [
      { name: 'a\u001b[2Jb', text: 'x' },
      { name: 'a\nb', text: 'x' },
    ],
  ],
];
for (const [what, entries] of corpus) {
  test(`${what}: nothing outside changes`, async (t) => {
    const { top, directory } = await scene(t);
    const before = look(top, directory);
    const { skipped } = await unpack(directory, archive(entries));
    assert.deepEqual(look(top, directory), before);
    assert.deepEqual(escapes(directory), []);
    assert.ok(skipped.length > 0 || what.startsWith('a link to itself'), JSON.stringify(look(directory)));
    assert.equal(
      readdirSync(directory).some((name) => name.startsWith('.kubectl-dbg')),
      false,
    );
  });
}

test('does not follow a link that already exists in the directory', async (t) => {
  const { top, directory } = await scene(t);
  symlinkSync('../beside', join(directory, 'd'));
  symlinkSync('../secret', join(directory, 'f'));
  const before = look(top, directory);
  const { skipped } = await unpack(
    directory,
    archive([
      { name: 'd/secret', text: 'x' },
      { name: 'f', text: 'new' },
    ]),
  );
  assert.deepEqual(look(top, directory), before);
  assert.deepEqual(
    skipped.map(([name]) => name),
    ['d/secret'],
  );
  // The file replaces the link.
  assert.equal(look(directory)['/f'], '644 new');
});

test('drops setuid, setgid and sticky bits unless they are requested', async (t) => {
  const { directory } = await scene(t);
  const entries = [{ name: 'su', text: 'x', mode: 0o6755 }];
  await unpack(directory, archive(entries));
  assert.equal(look(directory)['/su'], '755 x');
  await unpack(directory, archive(entries), 'linux', { keepSetuid: true });
  assert.equal(look(directory)['/su'], '6755 x');
});

/** The bytes of an archive, with changes to some of its headers, selected by index. */
async function changed(
  entries: readonly Entry[],
  change: (header: Buffer, index: number) => void,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of archive(entries)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  let index = 0;
  for (let at = 0; at + 512 <= bytes.length; index += 1) {
    const header = bytes.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) break;
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
    change(header, index);
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return bytes;
}

async function* oneByOne(...buffers: Buffer[]): AsyncGenerator<Buffer> {
  for (const buffer of buffers) yield Promise.resolve(buffer);
}

test("skips sparse files in GNU tar's formats by name, and writes the following files", async (t) => {
  const entries = [
    { name: 'sparse', text: 'a piece of it' },
    { name: 'after', text: 'x' },
  ];
  const old = await changed(entries, (header, index) => {
    if (index === 0) header.write('S', 156);
  });
  const extended = await changed(entries, (header, index) => {
    if (index !== 0) return;
    header.write('S', 156);
    header[482] = 1;
  });
  const map = Buffer.alloc(512);
  const [more, last] = [Buffer.from(map), Buffer.from(map)];
  more[504] = 1;
  const pax = (records: Record<string, string>) =>
    archive([{ name: 'GNUSparseFile.0/sparse', text: 'a piece of it', pax: records }, ...entries.slice(1)]);
  const forms: [what: string, source: AsyncIterable<Uint8Array>, name: string][] = [
    ['old', oneByOne(old), 'sparse'],
    [
      'old with a long map',
      oneByOne(extended.subarray(0, 512), more, last, extended.subarray(512)),
      'sparse',
    ],
    ['pax 0.0', pax({ 'GNU.sparse.size': '100', 'GNU.sparse.numblocks': '1' }), 'GNUSparseFile.0/sparse'],
    [
      'pax 0.1',
      pax({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '0,13', 'GNU.sparse.name': 'sparse' }),
      'sparse',
    ],
    [
      'pax 1.0',
      pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': '../secret' }),
      '../secret',
    ],
  ];
  for (const [what, source, name] of forms) {
    const { top, directory } = await scene(t);
    const before = look(top, directory);
    const { skipped, error } = await unpack(directory, source);
    assert.equal(error, undefined, what);
    assert.deepEqual(
      skipped.map(([one]) => one),
      [name],
      what,
    );
    if (name === 'sparse') assert.match(skipped[0]?.[1] ?? '', /sparse file/, what);
    assert.deepEqual(look(directory), { '/after': '644 x' }, what);
    assert.deepEqual(look(top, directory), before, what);
  }
});

test('stops at an endless sparse file map', async (t) => {
  const { directory } = await scene(t);
  const header = makeHeader({ name: 'x', type: 'file', mode: 0o644, mtime: 0, size: 3 });
  header.write('S', 156);
  header[482] = 1;
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const block = Buffer.alloc(512, 1);
  let sent = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    yield Promise.resolve(header);
    for (; sent < 100_000; sent += 1) yield block;
  }
  const { error } = await unpack(directory, endless());
  assert.ok(error instanceof DbgError && error.is('ArchiveBroken'), String(error));
  assert.ok(sent < 100_000, 'it is not read to the end');
});

test('skips the second of two names that are equal for the local file system', async (t) => {
  const { directory } = await scene(t);
  const twins = [
    { name: 'Caf\u00e9', text: '1' },
    { name: 'cafe\u0301', text: '2' },
    { name: 'D/a', text: '1' },
    { name: 'd/b', text: '2' },
  ];
  const { skipped } = await unpack(directory, archive(twins), 'darwin');
  assert.deepEqual(
    skipped.map(([name]) => name),
    ['cafe\u0301', 'd/b'],
  );
  const other = await scene(t);
  assert.deepEqual((await unpack(other.directory, archive(twins), 'linux')).skipped, []);
});

test('does not write names with a special meaning on Windows', async (t) => {
  const { directory } = await scene(t);
  const names = ['C:/x', 'a:stream', 'con', 'NUL.txt', 'dot.', 'space ', '..\\secret', 'a/aux.c/b'];
  const { skipped } = await unpack(directory, archive(names.map((name) => ({ name, text: 'x' }))), 'win32');
  assert.deepEqual(
    skipped.map(([name]) => name),
    names,
  );
  assert.deepEqual(readdirSync(directory), []);
});

test('creates links that stay inside, with the right targets', async (t) => {
  const { directory } = await scene(t);
  const entries = [
    directoryAt('d'),
    link('d/up', '../a'),
    link('dd', 'd'),
    { name: 'a', text: 'text' },
    hard('d/hard', 'a'),
  ];
  assert.deepEqual((await unpack(directory, archive(entries))).skipped, []);
  assert.equal(readFileSync(join(directory, 'dd/up'), 'utf8'), 'text');
  assert.equal(readFileSync(join(directory, 'd/hard'), 'utf8'), 'text');
});

test('stops at limits; a malformed archive is a specific error', async (t) => {
  const { directory } = await scene(t);
  const many = Array.from({ length: 5 }, (_, index) => ({ name: `f${index}`, text: 'x'.repeat(100) }));
  const kinds = async (run: Promise<Unpacked>) => {
    const { error } = await run;
    return error instanceof DbgError ? error.kind : String(error);
  };
  assert.equal(await kinds(unpack(directory, archive(many), 'linux', { maxEntries: 4 })), 'lost');
  assert.equal(await kinds(unpack(directory, archive(many), 'linux', { maxBytes: 499 })), 'lost');
  async function* broken() {
    yield Buffer.alloc(2000, 'x');
  }
  assert.equal(await kinds(unpack(directory, broken())), 'protocol');
});

const part = fc.constantFrom(
  '..',
  '.',
  'a',
  'A',
  'b',
  'é',
  'e\u0301',
  '',
  'dest',
  'secret',
  'beside',
  'n'.repeat(120),
  'C:',
  'x. ',
);
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/') || '.');
const wild = fc.oneof(
  { weight: 6, arbitrary: path },
  { weight: 1, arbitrary: path.map((name) => `/${name}`) },
  { weight: 1, arbitrary: path.map((name) => `..\\${name}`) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }) },
);
const plain: fc.Arbitrary<Entry> = fc.oneof(
  fc.tuple(wild, fc.integer({ min: 1, max: 0o7777 })).map(([name, mode]) => ({ name, text: 'x', mode })),
  wild.map((name) => directoryAt(name)),
  fc.tuple(wild, wild).map(([name, target]) => link(name, target)),
  fc.tuple(wild, wild).map(([name, target]) => hard(name, target)),
  wild.map((name) => ({ name, type: 'fifo' as const })),
);
/** Extended headers with another name or target than the header itself. */
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 3, arbitrary: plain },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plain, wild, wild)
      .map(([some, name, target]) => ({ ...some, pax: { path: name, linkpath: target } })),
  },
);
const before = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'dest', 'secret'), fc.constantFrom('..', '../beside', '../secret', 'b')),
  { maxLength: 2 },
);

test('with any archive and any existing files, nothing outside changes and no link leads out', async (t) => {
  const platform = fc.constantFrom<NodeJS.Platform>('linux', 'darwin', 'win32');
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 14 }),
      before,
      platform,
      async (entries, links, system) => {
        const { top, directory } = await scene(t);
        const own = new Set<string>();
        for (const [name, target] of links) {
          if (own.has(name)) continue;
          own.add(name);
          symlinkSync(target, join(directory, name));
        }
        const outside = look(top, directory);
        const already = new Set(escapes(directory));
        const { error } = await unpack(directory, archive(entries), system);
        assert.ok(error === undefined || error instanceof DbgError || isSystemError(error), String(error));
        assert.deepEqual(look(top, directory), outside);
        assert.deepEqual(
          escapes(directory).filter((one) => !already.has(one)),
          [],
        );
        const inside = Object.keys(look(directory)).map((name) => name.slice(1));
        assert.deepEqual(
          inside.filter((name) => /(?:^|\/)\.kubectl-dbg-/.test(name)),
          [],
        );
        // No two names that are equal for the file system: it would find an existing file by either.
        if (system !== 'linux') {
          const keys = inside
            .filter((name) => !own.has(name))
            .map((name) => nameKey(name.split('/'), system));
          assert.equal(new Set(keys).size, keys.length, inside.join(', '));
        }
      },
    ),
    { numRuns: 250 },
  );
});
