// Generates docs/failures.md from the types in model/failures/: node scripts/failures.mjs
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `
  import { renderDeclaredCodes } from ${JSON.stringify(`${root}packages/kubectl-dbg/src/testing/failure-codes.ts`)};
  process.stdout.write(renderDeclaredCodes());
`;
const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (run.status !== 0) process.exit(run.status ?? 1);
writeFileSync(`${root}docs/failures.md`, run.stdout);
