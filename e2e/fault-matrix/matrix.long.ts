// Every cell of the fault matrix. KUBECTL_DBG_MATRIX_SHARD=2/3: every third, starting with the second.
// KUBECTL_DBG_MATRIX_RESULTS: the file for the results. KUBECTL_DBG_MATRIX_ONLY: a regular expression for names of cells.
// KUBECTL_DBG_MATRIX_PARALLEL: number of concurrent sessions.
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type Arena, openArena } from './arena.ts';
import { type Cell, cellsOf, type Played, ptyCellsOf } from './cell.ts';
import { INJECTIONS } from './injections.ts';
import { judgeCell } from './judge-cell.ts';
import { playCell } from './play-cell.ts';
import { playOnPty } from './play-on-pty.ts';
import type { CellResult } from './table.ts';

const {
  KUBECTL_DBG_MATRIX_ONLY: only = '',
  KUBECTL_DBG_MATRIX_SHARD: shard = '1/1',
  KUBECTL_DBG_MATRIX_RESULTS: resultsFile,
  // They mostly wait.
  KUBECTL_DBG_MATRIX_PARALLEL: parallel = '16',
} = process.env;
const [part = 1, parts = 1] = shard.split('/').map(Number);
const cells = cellsOf(INJECTIONS)
  .filter(({ name }) => new RegExp(only).test(name))
  .filter((_, index) => index % parts === part - 1);
const results: CellResult[] = [];

/** Runs a cell, and records its result. */
async function judged(
  cell: Cell,
  play: () => Promise<Played>,
  more: Pick<CellResult, 'pty'> = {},
): Promise<void> {
  const { shape, workflow, injection } = cell;
  const result: CellResult = { shape, workflow, name: injection.name, right: false, ...more };
  results.push(result);
  const played = await play();
  Object.assign(result, { code: played.code, milliseconds: played.milliseconds });
  judgeCell(cell, played);
  result.right = true;
}

describe('fault matrix', { concurrency: Number(parallel) }, () => {
  let arena: Arena;
  before(async () => {
    arena = await openArena();
  });
  after(async () => {
    await arena.close();
    if (resultsFile !== undefined) await writeFile(resultsFile, JSON.stringify(results));
  });

  describe('with the built program on a pseudo-terminal', { concurrency: 4 }, () => {
    const own = ptyCellsOf(INJECTIONS).filter(({ name }) => new RegExp(only).test(name));
    for (const [index, cell] of own.entries()) {
      if (index % parts !== part - 1) continue;
      test(cell.name, () => judged(cell, () => playOnPty(cell, arena, `p${index}`), { pty: true }));
    }
  });

  for (const [index, cell] of cells.entries()) {
    test(cell.name, async () => {
      const own = cell.injection.ownSandbox === true ? await openArena() : undefined;
      try {
        await judged(cell, () => playCell(cell, own ?? arena, `f${index}`));
      } finally {
        await own?.close();
      }
    });
  }
});
