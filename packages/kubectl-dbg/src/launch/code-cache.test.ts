import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, symlink, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { CodeCache } from './code-cache.ts';

const MAIN = 'main.cjs';
const PART = 'part-AbCd_-09.cjs';

/** A bundle of two files, and a cache directory that does not exist yet. */
async function bundle(context: TestContext): Promise<{ directory: string; kept: string }> {
  const directory = await temporaryDirectory(context);
  await writeFile(join(directory, MAIN), `exports.answer = require('./${PART}').twice(21);`);
  await writeFile(join(directory, PART), 'exports.twice = (n) => 2 * n;');
  return { directory, kept: join(directory, 'home', '.kube', 'cache', 'kubectl-dbg') };
}

function load(directory: string, kept: string): CodeCache {
  const cache = new CodeCache(directory, kept);
  assert.deepEqual(cache.require(`./${MAIN}`), { answer: 42 });
  return cache;
}

/** Loads it in another process: within one, V8 itself caches compiled code. */
function loadElsewhere(directory: string, kept: string): void {
  const program = `
    import { CodeCache } from ${JSON.stringify(new URL('code-cache.ts', import.meta.url).href)};
    const cache = new CodeCache(${JSON.stringify(directory)}, ${JSON.stringify(kept)});
    cache.require('./${MAIN}');
    cache.keep();`;
  const options = ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', program];
  const { status, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

test('saves compiled code for this user only, and uses it the next time', async (context) => {
  const { directory, kept } = await bundle(context);
  load(directory, kept).keep();
  assert.deepEqual(await readdir(kept), [PART], 'only files whose name tells their content');
  assert.equal((await stat(join(kept, PART))).mode & 0o777, 0o600);
  assert.equal((await stat(kept)).mode & 0o777, 0o700);
  const before = await stat(join(kept, PART));
  load(directory, kept).keep();
  assert.equal((await stat(join(kept, PART))).mtimeMs, before.mtimeMs, 'nothing new to keep');
});

for (const [name, spoil] of [
  ['that other users may write', (path: string) => chmod(path, 0o622)],
  ['of another release of V8', (path: string) => writeFile(path, Buffer.alloc(64, 1))],
  ['that is empty', (path: string) => writeFile(path, '')],
] as const) {
  test(`compiled code ${name} is not used but replaced`, async (context) => {
    const { directory, kept } = await bundle(context);
    loadElsewhere(directory, kept);
    const good = await readFile(join(kept, PART));
    await spoil(join(kept, PART));
    loadElsewhere(directory, kept);
    const { mode, size } = await stat(join(kept, PART));
    assert.deepEqual({ mode: mode & 0o777, size }, { mode: 0o600, size: good.length });
  });
}

for (const place of ['/dev/null/cache', '/proc/none/cache']) {
  test(`the program runs even if nothing can be saved (${place})`, async (context) => {
    const { directory } = await bundle(context);
    load(directory, place).keep();
  });
}

test(
  "root saves nothing in another user's home directory",
  { skip: process.getuid?.() === 0 ? false : 'needs root' },
  async (context) => {
    const { directory, kept } = await bundle(context);
    await mkdir(join(directory, 'home'));
    await chown(join(directory, 'home'), 1000, 1000);
    load(directory, kept).keep();
    assert.deepEqual(await readdir(join(directory, 'home')), []);
  },
);

test('a module that fails to load throws each time', async (context) => {
  const { directory, kept } = await bundle(context);
  await writeFile(join(directory, 'bad.cjs'), "throw new Error('no')");
  const cache = new CodeCache(directory, kept);
  assert.throws(() => cache.require('./bad.cjs'), /no/);
  assert.throws(() => cache.require('./bad.cjs'), /no/);
});

test('removes old compiled code', async (context) => {
  const { directory, kept } = await bundle(context);
  await mkdir(kept, { recursive: true });
  const old = join(kept, 'gone-AbCd1234.cjs');
  await writeFile(old, 'x');
  await utimes(old, 0, 0);
  load(directory, kept).keep();
  assert.deepEqual(await readdir(kept), [PART]);
});

test('does not use a directory that is a symbolic link: saves and removes nothing in its target', async (context) => {
  const { directory, kept } = await bundle(context);
  const elsewhere = await temporaryDirectory(context);
  const old = new Date('2020-01-01');
  for (const name of ['letters.txt', PART]) {
    await writeFile(join(elsewhere, name), 'dear');
    await utimes(join(elsewhere, name), old, old);
  }
  await mkdir(join(kept, '..'), { recursive: true });
  await symlink(elsewhere, kept);
  load(directory, kept).keep();
  assert.deepEqual((await readdir(elsewhere)).sort(), ['letters.txt', PART].sort());
  assert.equal(await readFile(join(elsewhere, PART), 'utf8'), 'dear');
});

test('removes only old files with our names, and follows no link', async (context) => {
  const { directory, kept } = await bundle(context);
  load(directory, kept).keep();
  const target = join(await temporaryDirectory(context), 'target');
  await writeFile(target, 'x');
  const old = new Date('2020-01-01');
  await utimes(target, old, old);
  for (const name of ['old-AbCd_-10.cjs', 'old-AbCd_-10.cjs.4711', 'notes.txt']) {
    await writeFile(join(kept, name), 'x', { mode: 0o600 });
    await utimes(join(kept, name), old, old);
  }
  await symlink(target, join(kept, 'link-AbCd_-11.cjs'));
  await writeFile(join(kept, PART), 'no code', { mode: 0o622 });
  await chmod(join(kept, PART), 0o622);
  load(directory, kept).keep();
  assert.deepEqual((await readdir(kept)).sort(), ['link-AbCd_-11.cjs', 'notes.txt', PART].sort());
  assert.equal(await readFile(target, 'utf8'), 'x');
});

test('does not use a directory that other users may write to', async (context) => {
  const { directory, kept } = await bundle(context);
  await mkdir(kept, { recursive: true });
  await chmod(kept, 0o777);
  load(directory, kept).keep();
  assert.deepEqual(await readdir(kept), []);
});

test(
  'a pipe in place of compiled code does not block the start',
  { skip: process.platform === 'win32' && 'no FIFOs on Windows' },
  async (context) => {
    const { directory, kept } = await bundle(context);
    await mkdir(kept, { recursive: true, mode: 0o700 });
    assert.equal(spawnSync('mkfifo', ['-m', '600', join(kept, PART)]).status, 0);
    load(directory, kept);
  },
);
