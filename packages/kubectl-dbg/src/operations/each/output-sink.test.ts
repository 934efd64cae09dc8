import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { NotKept, OutputSink } from './output-sink.ts';

const path = 'shop/web/app.out';

test('keeps the whole output in a private file, and its beginning in memory', async (context) => {
  const folder = join(await temporaryFolder(context), 'run');
  const sink = new OutputSink(4, { folder, path });
  await sink.write(Buffer.from('one\n'));
  await sink.write(Buffer.from('two'));
  const kept = await sink.end();
  assert.deepEqual(
    { text: kept.text, bytes: kept.bytes, lines: kept.lines, file: kept.file, truncated: kept.truncated },
    { text: 'one\n', bytes: 7, lines: 2, file: path, truncated: false },
  );
  assert.equal(readFileSync(join(folder, path), 'utf8'), 'one\ntwo');
  assert.equal(statSync(join(folder, path)).mode & 0o077, 0);
});

describe('in place of the file', { skip: process.platform === 'win32' && 'no such files on Windows' }, () => {
  const traps: [what: string, lay: (folder: string, aim: string) => void, why: RegExp][] = [
    [
      'a link instead of a directory',
      (folder, aim) => symlinkSync(aim, join(folder, 'shop')),
      /shop is not a directory/,
    ],
    [
      'a link instead of the file',
      (folder, aim) => {
        mkdirSync(join(folder, 'shop/web'), { recursive: true });
        symlinkSync(join(aim, 'file'), join(folder, path));
      },
      /symbolic link/,
    ],
    [
      'a pipe',
      (folder) => {
        mkdirSync(join(folder, 'shop/web'), { recursive: true });
        assert.equal(spawnSync('mkfifo', [join(folder, path)]).status, 0);
      },
      /not a regular file/,
    ],
  ];
  for (const [what, lay, why] of traps) {
    test(`${what} is not written to, and the output is still in memory`, async (context) => {
      const folder = await temporaryFolder(context);
      const aim = await temporaryFolder(context);
      writeFileSync(join(aim, 'file'), 'kept');
      lay(folder, aim);
      const sink = new OutputSink(1000, { folder, path });
      await assert.rejects(
        sink.write(Buffer.from('out')),
        (error) => error instanceof NotKept && why.test(error.message),
      );
      const { text, file } = await sink.end();
      assert.deepEqual({ text, file }, { text: 'out', file: undefined });
      assert.equal(readFileSync(join(aim, 'file'), 'utf8'), 'kept');
      assert.equal(existsSync(join(aim, 'web')), false);
    });
  }
});
