import assert from 'node:assert/strict';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { World } from '../model/world.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openOutput } from './output.ts';

const world = (cwd = '/'): World =>
  ({ cwd, stdout: new PassThrough(), stderr: new PassThrough() }) as unknown as World;
const never = (reason: Error) => assert.fail(reason);

test('without flags, uses the user’s stdout and stderr', async () => {
  const own = world();
  const output = await openOutput({}, own, never);
  assert.equal(output.stdout, own.stdout);
  assert.equal(output.stderr, own.stderr);
  await output.end();
  assert.equal(own.stdout.writableEnded, false, 'they are not ours to end');
});

test('with -o json, stdout is reserved for the document', async () => {
  const own = world();
  assert.equal((await openOutput({ output: 'json' }, own, never)).stdout, own.stderr);
});

test('a file is private, truncated first, and complete in the end', async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, 'out'), 'x'.repeat(100), { mode: 0o644 });
  const output = await openOutput({ outputFile: 'out', output: 'json' }, world(folder), never);
  const data = 'y'.repeat(3_000_000);
  output.stdout.write(data);
  await output.end();
  assert.equal(await readFile(join(folder, 'out'), 'utf8'), data);
  if (process.platform !== 'win32') assert.equal((await stat(join(folder, 'out'))).mode & 0o777, 0o600);
});

const LINUX = process.platform === 'linux' ? false : 'needs Linux';

test('a full disk aborts the command with an explanation', { skip: LINUX }, async (context) => {
  const folder = await temporaryFolder(context);
  let told: Error | undefined;
  const output = await openOutput({ outputFile: join(folder, 'out') }, world(), (reason) => (told = reason));
  // Like the error of the file system.
  output.stdout.destroy(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
  await output.end();
  assert.match(told?.message ?? '', /no space left on device/);
});

test('refuses anything but a regular file of the user', { skip: LINUX }, async (context) => {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'aim'), 'kept');
  await symlink(join(folder, 'aim'), join(folder, 'link'));
  for (const [name, why] of [
    ['folder', /it is a directory/],
    ['link', /it is a symbolic link/],
    ['none/out', /its directory does not exist/],
    ['aim/out', /its parent is a file/],
    ['/dev/full', /it is not a regular file/],
  ] as const) {
    await assert.rejects(openOutput({ outputFile: name }, world(folder), never), {
      kind: 'usage',
      message: why,
    });
  }
  assert.equal(await readFile(join(folder, 'aim'), 'utf8'), 'kept');
});
