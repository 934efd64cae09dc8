// Generates docs/diagnosis/ and docs/reports/diagnosis-coverage.md from the rules, and docs/rights.md: node scripts/diagnosis-docs.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = `
  import { renderDiagnosisDocs } from ${JSON.stringify(`${root}packages/kubectl-dbg/src/doctor/docs.ts`)};
  import { rightsPage } from ${JSON.stringify(`${root}packages/kubectl-dbg/src/cli/present/rights-page.ts`)};
  process.stdout.write(JSON.stringify({ ...renderDiagnosisDocs(), 'rights.md': rightsPage() }));
`;
const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (run.status !== 0) process.exit(run.status ?? 1);
rmSync(join(root, 'docs/diagnosis'), { recursive: true, force: true });
for (const [file, text] of Object.entries(JSON.parse(run.stdout))) {
  const path = join(root, 'docs', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
