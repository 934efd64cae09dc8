import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeFolder } from './make-folder.ts';

test('makes what is missing, for the user alone, and takes what is there', async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
});

test('a file in the way', async (context) => {
  const file = join(await temporaryFolder(context), 'file');
  writeFileSync(file, '');
  assert.throws(() => makeFolder(file), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
});

test(
  'where nobody can make a folder it fails at once',
  { skip: existsSync('/proc/self') ? false : 'needs /proc' },
  () => assert.throws(() => makeFolder('/proc/none/below'), { code: 'ENOENT' }),
);
