// Runs every test of the project, or those whose path contains one of the words given: `npm test -- plan wire`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);

/** A test file that takes longer hangs: the slowest, the replay of all recordings, takes two minutes. */
const HANG_MS = 280_000;

await setUp({ root, build: true, packages: true });

const files = ['packages', 'e2e', 'bench', 'scripts', 'examples']
  .flatMap((folder) => find(join(root, folder)))
  .filter((file) => words.length === 0 || words.some((word) => file.slice(root.length).includes(word)));
if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`);
  process.exit(64);
}
const run = spawnSync(
  process.execPath,
  [
    '--conditions=source',
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=2',
    `--test-timeout=${HANG_MS}`,
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = run.status ?? 1;

function find(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'fixtures') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return find(path);
    return /\.test\.(ts|mjs)$/.test(entry.name) ? [path] : [];
  });
}
