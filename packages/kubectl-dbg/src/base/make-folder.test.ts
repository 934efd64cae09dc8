import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeFolder } from './make-folder.ts';

test('creates missing directories with access for the user only, and accepts existing ones', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test('fails if a file is in the way', async (context) => {
  const file = join(await temporaryFolder(context), 'file');
  writeFileSync(file, '');
  assert.throws(() => makeFolder(file), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
});

test(
  'fails at once where no directory can be created',
  { skip: existsSync('/proc/self') ? false : 'needs /proc' },
  () => assert.throws(() => makeFolder('/proc/none/below'), { code: 'ENOENT' }),
);
