// Runs all benchmarks in turn, each in a process of its own, and writes what they found with plots to docs/reports. That
// takes half an hour, and means something on a quiet machine only. `npm run bench [-- --full]`
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ARGUMENTS = { 'first-prompt.ts': ['--standalone'] };

// The others are parts of benchmarks.
const benchmarks = readdirSync(join(root, 'bench')).filter(
  (name) => name.endsWith('.ts') && readFileSync(join(root, 'bench', name), 'utf8').includes("'--write'"),
);

run('scripts/build.mjs');
for (const name of benchmarks) {
  process.stdout.write(`\n== ${name}\n`);
  const further = [...(ARGUMENTS[name] ?? []), ...process.argv.slice(2)];
  run('--conditions=source', '--import', 'tsx', join('bench', name), '--write', ...further);
}
// Tables get the form of all pages.
run('node_modules/oxfmt/bin/oxfmt', 'docs/reports');

function run(...words) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
