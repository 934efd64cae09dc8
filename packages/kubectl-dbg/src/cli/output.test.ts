import assert from 'node:assert/strict';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { World } from '../model/world.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
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
  const directory = await temporaryDirectory(context);
  await writeFile(join(directory, 'out'), 'x'.repeat(100), { mode: 0o644 });
  const output = await openOutput({ outputFile: 'out', output: 'json' }, world(directory), never);
  const data = 'y'.repeat(3_000_000);
  output.stdout.write(data);
  await output.end();
  assert.equal(await readFile(join(directory, 'out'), 'utf8'), data);
  if (process.platform !== 'win32') assert.equal((await stat(join(directory, 'out'))).mode & 0o777, 0o600);
});

const LINUX = process.platform === 'linux' ? false : 'needs Linux';

test('a full disk aborts the command with an explanation', { skip: LINUX }, async (context) => {
  const directory = await temporaryDirectory(context);
  let told: Error | undefined;
  const output = await openOutput(
    { outputFile: join(directory, 'out') },
    world(),
    (reason) => (told = reason),
  );
  // Like the error of the file system.
  output.stdout.destroy(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
  await output.end();
  assert.match(told?.message ?? '', /no space left on device/);
});

test('refuses anything but a regular file of the user', { skip: LINUX }, async (context) => {
  const directory = await temporaryDirectory(context);
  await mkdir(join(directory, 'directory'));
  await writeFile(join(directory, 'aim'), 'kept');
  await symlink(join(directory, 'aim'), join(directory, 'link'));
  for (const [name, why] of [
    ['directory', /it is a directory/],
    ['link', /it is a symbolic link/],
    ['none/out', /its directory does not exist/],
    ['aim/out', /its parent is a file/],
    ['/dev/full', /it is not a regular file/],
  ] as const) {
    await assert.rejects(openOutput({ outputFile: name }, world(directory), never), {
      kind: 'usage',
      message: why,
    });
  }
  assert.equal(await readFile(join(directory, 'aim'), 'utf8'), 'kept');
});
