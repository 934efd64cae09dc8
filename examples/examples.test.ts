// Runs each example with the command in its first lines.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
const EXAMPLES = readdirSync(DIRECTORY).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

for (const name of EXAMPLES) {
  test(name, async () => {
    // A nested test runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const options = { env, cwd: fileURLToPath(new URL('..', import.meta.url)) };
    await promisify(execFile)(
      process.execPath,
      [...process.execArgv, '--test', `${DIRECTORY}${name}`],
      options,
    );
  });
}
