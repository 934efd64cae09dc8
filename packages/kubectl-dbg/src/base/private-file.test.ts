import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { NotPrivate, openPrivateFile } from './private-file.ts';

const write = (path: string, text: string, mode?: 'replace' | 'append') => {
  const file = openPrivateFile(path, mode);
  writeSync(file, text);
  closeSync(file);
};
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a private file', { skip: process.platform === 'win32' && 'no such files on Windows' }, () => {
  test('is created, truncated or appended to, with access for the user only', async (context) => {
    const path = join(await temporaryDirectory(context), 'file');
    write(path, 'first');
    assert.equal(modeOf(path), 0o600);
    chmodSync(path, 0o666);
    write(path, 'and', 'append');
    assert.equal(readFileSync(path, 'utf8'), 'firstand');
    assert.equal(modeOf(path), 0o600);
    write(path, '2');
    assert.equal(readFileSync(path, 'utf8'), '2');
  });

  test('is not a link, FIFO or file that another user has placed there', async (context) => {
    const directory = await temporaryDirectory(context);
    const at = (name: string) => join(directory, name);
    writeFileSync(at('aim'), 'kept');
    symlinkSync(at('aim'), at('link'));
    symlinkSync(at('none'), at('dangling'));
    linkSync(at('aim'), at('hard'));
    assert.equal(spawnSync('mkfifo', [at('fifo')]).status, 0);
    for (const [name, why] of [
      ['link', /symbolic link/],
      ['dangling', /symbolic link/],
      ['hard', /hard link/],
      ['fifo', /not a regular file/],
    ] as const) {
      for (const mode of ['replace', 'append'] as const) {
        assert.throws(
          () => openPrivateFile(at(name), mode),
          (error) => error instanceof NotPrivate && why.test(error.message),
          name,
        );
      }
    }
    assert.throws(() => openPrivateFile('/dev/null'), NotPrivate);
    assert.equal(readFileSync(at('aim'), 'utf8'), 'kept');
    mkdirSync(at('directory'));
    assert.throws(() => openPrivateFile(at('directory')), { code: 'EISDIR' });
    assert.throws(() => openPrivateFile(at('none/file')), { code: 'ENOENT' });
  });

  test('does not belong to another user', async (context) => {
    if (process.geteuid?.() !== 0) return context.skip('only root can create files of other users');
    const path = join(await temporaryDirectory(context), 'file');
    writeFileSync(path, 'theirs', { mode: 0o666 });
    chownSync(path, 1, 1);
    assert.throws(() => openPrivateFile(path), /another user's file/);
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
  });
});
