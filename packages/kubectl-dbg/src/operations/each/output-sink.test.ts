import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import { NotKept, OutputSink } from './output-sink.ts';

const path = 'shop/web/app.out';

test('keeps the whole output in a private file, and its beginning in memory', async (context) => {
  const directory = join(await temporaryDirectory(context), 'run');
  const sink = new OutputSink(4, { directory, path });
  await sink.write(Buffer.from('one\n'));
  await sink.write(Buffer.from('two'));
  const kept = await sink.end();
  assert.deepEqual(
    { text: kept.text, bytes: kept.bytes, lines: kept.lines, file: kept.file, truncated: kept.truncated },
    { text: 'one\n', bytes: 7, lines: 2, file: path, truncated: false },
  );
  assert.equal(readFileSync(join(directory, path), 'utf8'), 'one\ntwo');
  assert.equal(statSync(join(directory, path)).mode & 0o077, 0);
});

describe('in place of the file', { skip: process.platform === 'win32' && 'no such files on Windows' }, () => {
  const traps: [what: string, lay: (directory: string, aim: string) => void, why: RegExp][] = [
    [
      'a link instead of a directory',
      (directory, aim) => symlinkSync(aim, join(directory, 'shop')),
      /shop is not a directory/,
    ],
    [
      'a link instead of the file',
      (directory, aim) => {
        mkdirSync(join(directory, 'shop/web'), { recursive: true });
        symlinkSync(join(aim, 'file'), join(directory, path));
      },
      /symbolic link/,
    ],
    [
      'a pipe',
      (directory) => {
        mkdirSync(join(directory, 'shop/web'), { recursive: true });
        assert.equal(spawnSync('mkfifo', [join(directory, path)]).status, 0);
      },
      /not a regular file/,
    ],
  ];
  for (const [what, lay, why] of traps) {
    test(`${what} is not written to, and the output is still in memory`, async (context) => {
      const directory = await temporaryDirectory(context);
      const aim = await temporaryDirectory(context);
      writeFileSync(join(aim, 'file'), 'kept');
      lay(directory, aim);
      const sink = new OutputSink(1000, { directory, path });
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
