import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { makeSleeper, whyNotRun } from './sleeper.ts';

const POSIX = process.platform === 'win32' ? 'needs a POSIX shell' : false;

/** Runs the arguments locally, as exec would in a container. No process of this machine sleeps for that long. */
function run(words: readonly string[], input = '') {
  const [program = '', ...args] = words;
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the wrapper of a command run by exec', { skip: POSIX }, () => {
  const { around } = makeSleeper(() => 86_399);
  const rows: [words: string[], status: number, stdout: string, stderr?: string][] = [
    [['sh', '-c', 'exit 7'], 7, ''],
    [['sh', '-c', 'exit 127'], 127, ''],
    [['sh', '-c', 'kill -9 $$'], 137, ''],
    [['sh', '-c', 'kill -INT $$'], 130, ''],
    [['cat'], 0, 'in'],
    // The program of that name, not the shell's builtin: some of those interpret backslashes.
    [['echo', 'a\\nb', '$x'], 0, 'a\\nb $x\n'],
    [['sh', '-c', 'echo out; echo err >&2'], 0, 'out\n', 'err\n'],
  ];
  for (const [words, status, stdout, stderr = ''] of rows) {
    test(words.join(' '), () => {
      assert.deepEqual(run(around(words), 'in'), { status, stdout, stderr });
    });
  }
});

test('explains why a program could not be run', { skip: POSIX }, async (context) => {
  const directory = await temporaryDirectory(context);
  const plain = join(directory, 'plain file');
  await writeFile(plain, '#!/bin/sh\n');
  const why = (program: string) => run(whyNotRun(program)).status;
  assert.equal(why('sh'), 0);
  assert.equal(why('/bin/sh'), 0);
  assert.equal(why('no-such-program'), 41);
  assert.equal(why(join(directory, 'missing')), 41);
  assert.equal(why(directory), 42);
  assert.equal(why(plain), 42);
  await chmod(plain, 0o755);
  assert.equal(why(plain), 0);
});
