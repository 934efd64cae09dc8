// Replays recorded traffic of a real API server against the sandbox: `npm run conformance [-- DIR] [-- --only=PART]`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await setUp({ root, packages: true });
const program = join(root, 'packages', 'sandbox', 'conformance', 'main.ts');
const run = spawnSync(process.execPath, ['--import', 'tsx', program, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
