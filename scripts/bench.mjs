// Runs all benchmarks, each in a separate process, and writes results and plots to docs/reports. Takes half an hour, and is
// only meaningful on an idle machine. `npm run bench [-- --full]`
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ARGUMENTS = { 'first-prompt.ts': ['--standalone'] };

// The other files are parts of benchmarks.
const benchmarks = readdirSync(join(root, 'bench')).filter(
  (name) => name.endsWith('.ts') && readFileSync(join(root, 'bench', name), 'utf8').includes("'--write'"),
);

run('scripts/build.mjs');
for (const name of benchmarks) {
  process.stdout.write(`\n== ${name}\n`);
  const further = [...(ARGUMENTS[name] ?? []), ...process.argv.slice(2)];
  run('--conditions=source', '--import', 'tsx', join('bench', name), '--write', ...further);
}
// Format the tables.
run('node_modules/oxfmt/bin/oxfmt', 'docs/reports');

function run(...words) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
