// Runs the fuzz tests for longer: `npm run fuzz -- --minutes 10 [WORD...]`, by default for a minute. The time is divided
// equally between the targets; WORD selects files by parts of their names. `--seed N` makes the inputs reproducible.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

const directory = new URL('../e2e/fuzz/', import.meta.url);
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error('--minutes must be a number above 0');
  process.exit(64);
}
const files = readdirSync(directory)
  .filter((file) => file.endsWith('.fuzz.test.ts'))
  .filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)))
  .map((file) => fileURLToPath(new URL(file, directory)));
const properties = files
  .map((file) => readFileSync(file, 'utf8').match(/^fuzz\(/gm)?.length ?? 0)
  .reduce((sum, count) => sum + count, 0);
if (properties === 0) {
  console.error('no such fuzz tests');
  process.exit(64);
}
const seconds = Math.max(1, Math.round((minutes * 60) / properties));
const run = spawnSync(
  process.execPath,
  [
    '--conditions=source',
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=1',
    '--test-reporter=spec',
    ...files,
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_SECONDS: String(seconds), ...(values.seed && { FUZZ_SEED: values.seed }) },
  },
);
process.exitCode = run.status ?? 1;
