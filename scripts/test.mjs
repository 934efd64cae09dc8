// Runs all tests of the project, or those whose path contains one of the arguments: `npm test -- plan wire`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));

// `npm run setup` installs what real containers need; without it, those tests are listed at the end.
await setUp({ root, build: true });

const all = ['packages', 'e2e', 'bench', 'scripts', 'examples'].flatMap((directory) =>
  find(join(root, directory)),
);
const matches = (word) => all.filter((file) => file.slice(root.length).includes(word));
const unknown = words.filter((word) => matches(word).length === 0);
if (unknown.length > 0) {
  console.error(`no test file matches ${unknown.join(' ')}`);
  process.exit(64);
}
const files = words.length === 0 ? all : [...new Set(words.flatMap(matches))];
const run = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(root, 'scripts', 'run-tests.mjs'), ...files],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exitCode = run.status ?? 1;

function find(directory) {
  let entries;
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'fixtures') return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return find(path);
    return /\.test\.(ts|mjs)$/.test(entry.name) ? [path] : [];
  });
}
