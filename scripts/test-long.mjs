// Runs every cell of the fault matrix and writes docs/reports/fault-matrix.md, then runs one command in ten thousand simulated
// pods. Takes about ten minutes each on two cores. Only one of them: `npm run test:long -- matrix` or `-- scale`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await setUp({ root, build: true });

/** Number of processes for the cells: many short ones, so that a crash affects few cells. */
const SHARDS = 24;

/** Number of concurrent processes. */
const PARALLEL = Math.min(4, Math.max(2, availableParallelism()));

const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-matrix-'));
const node = [process.execPath, '--conditions=source', '--import', 'tsx'];
const shards = Array.from({ length: SHARDS }, (_, index) => `${index + 1}/${SHARDS}`);
const fileOf = (shard) => join(directory, `${shard.replace('/', '-of-')}.json`);
const codes = [];
const only = process.argv.slice(2).find((word) => !word.startsWith('-'));

try {
  if (only !== 'scale') await playMatrix();
  if (only !== 'matrix') {
    codes.push(await run([...node, '--test', '--test-force-exit', 'e2e/each-scale.long.ts']));
  }
  process.exitCode = Math.max(...codes);
} finally {
  await rm(directory, { recursive: true, force: true });
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
  // Failed cells are repeated with less load: those that were only too slow succeed then, and are named.
  const again = join(directory, 'again.json');
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
  // An incomplete table would look like a complete one.
  if (codes.every((code) => code === 0)) {
    const read = wrong.length === 0 ? files : [...files, again];
    codes.push(await run([...node, 'e2e/fault-matrix/write-report.ts', ...read]));
  }
}

/** The cells of all files; a missing file makes the run fail. */
async function resultsOf(files) {
  const read = files.map(async (file) => {
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      console.error(`✗ cells did not complete: ${error.message}`);
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

/** Runs cells in a separate process, which writes the results to the file. */
async function play(file, which) {
  const env = { ...process.env, KUBECTL_DBG_MATRIX_RESULTS: file, ...which };
  await run([...node, '--test', '--test-reporter=dot', 'e2e/fault-matrix/matrix.long.ts'], env);
}

/** Resolves with the exit code. */
async function run([program, ...args], env = process.env) {
  const [code] = await once(spawn(program, args, { cwd: root, stdio: 'inherit', env }), 'close');
  return code ?? 1;
}
