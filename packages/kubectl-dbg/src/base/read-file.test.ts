import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { NotAFile, readFileAtOnce, readFileOrPipe } from './read-file.ts';

const readers = [
  ['readFileAtOnce', (path: string) => Promise.resolve().then(() => readFileAtOnce(path))],
  ['readFileOrPipe', readFileOrPipe],
] as const;

for (const [name, read] of readers) {
  describe(name, { skip: process.platform === 'win32' && 'no such files on Windows' }, () => {
    test('reads a file, an empty file, and a file of several chunks', async (context) => {
      const path = join(await temporaryDirectory(context), 'file');
      for (const content of ['', 'a', 'ä'.repeat(200_000)]) {
        await writeFile(path, content);
        assert.equal((await read(path)).toString(), content);
      }
      assert.equal((await read('/dev/null')).length, 0);
    });

    test('throws the system error', async (context) => {
      const directory = await temporaryDirectory(context);
      await assert.rejects(read(join(directory, 'none')), { code: 'ENOENT' });
      await mkdir(join(directory, 'directory'));
      await assert.rejects(read(join(directory, 'directory')), { code: 'EISDIR' });
    });

    test('gives up on an endless file', async () => {
      await assert.rejects(read('/dev/zero'), { name: 'TooLong' });
    });
  });
}

test('a pipe is refused at once, or read without blocking the process', async (context) => {
  const path = join(await temporaryDirectory(context), 'pipe');
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  assert.throws(() => readFileAtOnce(path), NotAFile);
  // Without a writer: empty, instead of blocking and ignoring signals.
  assert.equal((await readFileOrPipe(path)).length, 0);
  const writer = spawn('sh', ['-c', 'exec 3<>"$0"; echo ready; read go; echo content >&3', path]);
  context.after(() => writer.kill());
  await new Promise((resolve) => writer.stdout.once('data', resolve));
  const reading = readFileOrPipe(path);
  writer.stdin.end('go\n');
  assert.equal((await reading).toString(), 'content\n');
});
