// Replays recorded attach and log streams with the code of sessions: `npm run streams -- [DIR]`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await setUp({ root });
// Runs in the user's working directory, to which a relative DIR refers.
const run = spawnSync(
  process.execPath,
  [
    '--import',
    join(root, 'node_modules/tsx/dist/esm/index.mjs'),
    join(root, 'e2e/streams/main.ts'),
    ...process.argv.slice(2),
  ],
  { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' },
);
process.exitCode = run.status ?? 1;
