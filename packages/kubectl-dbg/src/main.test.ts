import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
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
