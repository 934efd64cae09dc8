import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leftovers, noRunc } from '../../kubelet/testing/test-node.ts';
import { cleanUpAbandoned } from './abandoned.ts';
import { cleanUpState } from './clean-up.ts';
import { writeOwner } from './owner.ts';

const skip = noRunc ?? false;
const CHILD = fileURLToPath(new URL('../../kubelet/testing/abandoned-node.ts', import.meta.url));

/** Starts a node in a process of its own and kills that; everything it started is left. */
async function abandon(t: TestContext): Promise<string> {
  const stateDir = mkdtempSync(join(tmpdir(), 'kube-sandbox-abandoned-'));
  t.after(async () => {
    await cleanUpState(stateDir);
    rmSync(stateDir, { recursive: true, force: true });
  });
  const child = spawn(process.execPath, [...process.execArgv, CHILD, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  assert.equal(line.toString(), 'ready\n');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return stateDir;
}

test('a killed sandbox leaves containers, and the clean-up removes them all', { skip }, async (t) => {
  const [stateDir, other] = await Promise.all([abandon(t), abandon(t)]);
  assert.equal(
    leftovers(stateDir).some((entry) => entry.endsWith('in a container')),
    true,
  );
  const report = await cleanUpState(stateDir);
  assert.equal(report.processes > 0, true);
  // A runc in the foreground removes its own container when that is killed, if it comes to it: how many are left is chance.
  assert.ok(report.containers >= 1, `${report.containers} containers`);
  assert.deepEqual(leftovers(stateDir), []);
  // Images stay, to be used again.
  assert.deepEqual(readdirSync(stateDir).toSorted(), ['images', 'pause']);
  // What another sandbox left is not its business.
  assert.equal(
    leftovers(other).some((entry) => entry.endsWith('in a container')),
    true,
  );
  assert.deepEqual(await cleanUpState(stateDir), { processes: 0, containers: 0, mounts: 0 });
});

test(
  'folders of killed sandboxes are found by their owner, those of running ones are left',
  { skip },
  async (t) => {
    const parent = mkdtempSync(join(tmpdir(), 'kube-sandbox-parent-'));
    t.after(() => rmSync(parent, { recursive: true, force: true }));
    const folders = ['x-dead', 'x-alive', 'x-unknown', 'y-dead'].map((name) => join(parent, name));
    const [dead = '', alive = ''] = folders;
    for (const folder of folders) mkdirSync(join(folder, 'runc'), { recursive: true });
    const owner = join('runc', 'owner');
    // Its process id is taken, but by a process that started at another time.
    for (const folder of [dead, join(parent, 'y-dead')])
      writeFileSync(join(folder, owner), `${process.pid} 1`);
    writeOwner(join(alive, 'runc'));
    assert.deepEqual(await cleanUpAbandoned(parent, 'x-', 'runc'), [dead]);
    assert.deepEqual(readdirSync(parent).toSorted(), ['x-alive', 'x-unknown', 'y-dead']);
  },
);
