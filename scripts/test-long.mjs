// Plays every cell of the fault matrix and writes docs/reports/fault-matrix.md; then runs one command in ten thousand
// simulated pods. About ten minutes each on two cores. Only one of them: `npm run test:long -- matrix` or `-- scale`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await setUp({ root, build: true });

/** Processes that share the cells: short ones, so that one that ends badly takes few with it. */
const SHARDS = 24;

/** Processes at once. */
const PARALLEL = Math.min(4, Math.max(2, availableParallelism()));

const folder = await mkdtemp(join(tmpdir(), 'kubectl-dbg-matrix-'));
const node = [process.execPath, '--conditions=source', '--import', 'tsx'];
const shards = Array.from({ length: SHARDS }, (_, index) => `${index + 1}/${SHARDS}`);
const fileOf = (shard) => join(folder, `${shard.replace('/', '-of-')}.json`);
const codes = [];
const only = process.argv.slice(2).find((word) => !word.startsWith('-'));

try {
  if (only !== 'scale') await playMatrix();
  if (only !== 'matrix') {
    codes.push(await run([...node, '--test', '--test-force-exit', 'e2e/each-scale.long.ts']));
  }
  process.exitCode = Math.max(...codes);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function playMatrix() {
  const waiting = [...shards];
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let shard = waiting.shift(); shard !== undefined; shard = waiting.shift()) {
        await play(fileOf(shard), { KUBECTL_DBG_MATRIX_SHARD: shard });
      }
    }),
  );
  const files = shards.map(fileOf);
  const results = await resultsOf(files);
  const wrong = results.filter(isWrong);
  // A cell that was wrong is played once more with less beside it: what was only too slow is right then, and is named.
  const again = join(folder, 'again.json');
  const stillWrong = wrong.length === 0 ? [] : (await playAgain(wrong, again)).filter(isWrong);
  for (const cell of wrong) {
    const { code } = cell;
    const late = stillWrong.every((other) => nameOf(other) !== nameOf(cell));
    console.error(
      late
        ? `~ ${nameOf(cell)}: right at the second attempt`
        : `✗ ${nameOf(cell)} (exit code ${code ?? 'none: it did not end'})`,
    );
  }
  console.error(`fault matrix: ${results.length} cells, ${stillWrong.length} wrong`);
  codes.push(stillWrong.length === 0 ? 0 : 1);
  // A table of a part would look like a whole one.
  if (codes.every((code) => code === 0)) {
    const read = wrong.length === 0 ? files : [...files, again];
    codes.push(await run([...node, 'e2e/fault-matrix/write-report.ts', ...read]));
  }
}

/** The cells of the files; one that is not there makes the run fail. */
async function resultsOf(files) {
  const read = files.map(async (file) => {
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      console.error(`✗ cells were not played to their end: ${error.message}`);
      codes.push(1);
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}

async function playAgain(cells, file) {
  const names = cells.map((cell) => escapeRegExp(nameOf(cell)));
  await play(file, { KUBECTL_DBG_MATRIX_ONLY: `^(${names.join('|')})$`, KUBECTL_DBG_MATRIX_PARALLEL: '2' });
  return await resultsOf([file]);
}

function isWrong({ right }) {
  return !right;
}

function nameOf({ workflow, shape, name }) {
  return `${workflow}, ${shape}: ${name}`;
}

function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Plays cells in a process of their own. What they come to is in the file. */
async function play(file, which) {
  const env = { ...process.env, KUBECTL_DBG_MATRIX_RESULTS: file, ...which };
  await run([...node, '--test', '--test-reporter=dot', 'e2e/fault-matrix/matrix.long.ts'], env);
}

/** Resolves with the exit code. */
async function run([program, ...args], env = process.env) {
  const [code] = await once(spawn(program, args, { cwd: root, stdio: 'inherit', env }), 'close');
  return code ?? 1;
}
