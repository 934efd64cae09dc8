// A subset of the fault matrix: whatever goes wrong in a session, it ends, exit code and messages are correct, the output is
// complete or its loss is reported, and nothing is left behind. `npm run test:long` runs every cell.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { FAULT_POINTS } from 'kube-sandbox';
import { type Arena, openArena } from './fault-matrix/arena.ts';
import { type Cell, cellsOf, ptyShareOf, shareOf } from './fault-matrix/cell.ts';
import { INJECTIONS } from './fault-matrix/injections.ts';
import { judgeCell } from './fault-matrix/judge-cell.ts';
import { playOnPty } from './fault-matrix/play-on-pty.ts';
import { playCell } from './fault-matrix/play-cell.ts';

/** Number of concurrent sessions, which mostly wait. */
const PARALLEL = 12;

const NO_PROC = process.platform === 'linux' ? false : 'needs /proc to find the program below its shell';

test('every injection point of the sandbox is in the matrix', () => {
  const covered = new Set<string>(
    cellsOf(INJECTIONS).flatMap((cell) => (cell.injection.faults?.(cell) ?? []).map(({ point }) => point)),
  );
  // Covered by faults in running sessions, or by the sandbox's own tests.
  for (const point of ['connection', 'stream-input']) covered.add(point);
  assert.deepEqual(
    Object.keys(FAULT_POINTS).filter((point) => !covered.has(point)),
    [],
  );
});

describe('fault matrix', { concurrency: PARALLEL }, () => {
  let arena: Arena;
  before(async () => {
    arena = await openArena();
  });
  after(async () => {
    await arena.close();
  });
  for (const [index, cell] of shareOf(INJECTIONS).entries()) {
    test(cell.name, async (context) => {
      await judge(context, cell, `f${index}`, playCell);
    });
  }

  describe('with the built program on a pseudo-terminal', { skip: NO_PROC, concurrency: 4 }, () => {
    for (const [index, cell] of ptyShareOf(INJECTIONS).entries()) {
      test(cell.name, async (context) => {
        await judge(context, cell, `p${index}`, playOnPty);
      });
    }
  });

  /** As in `npm run test:long`, a failed cell is repeated once and named: it may only have been too slow. */
  async function judge(
    context: TestContext,
    cell: Cell,
    namespace: string,
    play: typeof playCell | typeof playOnPty,
  ): Promise<void> {
    try {
      judgeCell(cell, await play(cell, arena, namespace));
    } catch (error) {
      context.diagnostic(`played again, for: ${String(error)}`);
      judgeCell(cell, await play(cell, arena, `${namespace}-again`));
    }
  }
});
