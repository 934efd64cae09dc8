// Runs scripts/rooms.test.ts and prints nothing unless it fails: `npm run rooms`, a part of `npm run check`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const args = ['--import', 'tsx', '--test', '--test-reporter=spec', 'scripts/rooms.test.ts'];
const { status, stdout } = spawnSync(process.execPath, args, {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
// Failures are at the end of the output.
if (status !== 0) process.stdout.write(stdout.slice(Math.max(0, stdout.indexOf('✖ failing tests'))));
process.exitCode = status ?? 1;
