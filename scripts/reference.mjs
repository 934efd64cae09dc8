// Generates docs/reference.md from the table of flags: node scripts/reference.mjs
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `
  import { renderReference } from ${JSON.stringify(`${root}packages/kubectl-dbg/src/cli/grammar/reference.ts`)};
  process.stdout.write(renderReference());
`;
const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (run.status !== 0) process.exit(run.status ?? 1);
writeFileSync(`${root}docs/reference.md`, run.stdout);
