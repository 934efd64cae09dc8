// Generates the API documentation of the libraries from the docstrings, in dist/api: `npm run docs:api`. Its generator is a
// dependency of docs/package.json, which is installed on first use.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = fileURLToPath(new URL('../docs', import.meta.url));
const typedoc = join(docs, 'node_modules', 'typedoc', 'bin', 'typedoc');

if (!existsSync(typedoc)) {
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: docs,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
execFileSync(process.execPath, [typedoc, '--logLevel', 'Warn'], { cwd: docs, stdio: 'inherit' });
process.stdout.write(`${join(docs, '..', 'dist', 'api', 'index.html')}\n`);
