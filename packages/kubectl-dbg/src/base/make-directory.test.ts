import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { makeDirectory } from './make-directory.ts';

test('creates missing directories with access for the user only, and accepts existing ones', async (context) => {
  const directory = await temporaryDirectory(context);
  const path = join(directory, 'a', 'b', 'c');
  makeDirectory(path);
  makeDirectory(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test('fails if a file is in the way', async (context) => {
  const file = join(await temporaryDirectory(context), 'file');
  writeFileSync(file, '');
  assert.throws(() => makeDirectory(file), { code: 'EEXIST' });
  assert.throws(() => makeDirectory(join(file, 'below')), { code: 'ENOTDIR' });
});

test(
  'fails at once where no directory can be created',
  { skip: existsSync('/proc/self') ? false : 'needs /proc' },
  () => assert.throws(() => makeDirectory('/proc/none/below'), { code: 'ENOENT' }),
);
