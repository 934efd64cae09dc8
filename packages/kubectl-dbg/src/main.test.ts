import assert from 'node:assert/strict';
import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

test('completes when called by the name that kubectl uses for completion', async () => {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const argv0 = '/usr/local/bin/kubectl_complete-dbg';
  const program = spawn(process.execPath, [...process.execArgv, MAIN, '--image-p'], { env, argv0 });
  assert.equal(
    await text(program.stdout),
    '--image-pull-policy\tWhen the node pulls the image: Always, IfNotPresent or Never.\n:4\n',
  );
});

const LINUX = process.platform === 'linux' ? false : '/dev/full';

test('--version on a full disk is an error of the output', { skip: LINUX }, async () => {
  const stdio: StdioOptions = ['ignore', openSync('/dev/full', 'w'), 'pipe'];
  const program = spawn(process.execPath, [...process.execArgv, MAIN, '--version'], { stdio });
  const [words, [code]] = await Promise.all([
    text(program.stderr as Readable),
    once(program, 'close') as Promise<[number]>,
  ]);
  assert.equal(words, 'error: cannot write the output: no space left on device\n');
  assert.equal(code, 74);
});
