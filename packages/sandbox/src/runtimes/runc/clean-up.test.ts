import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { leftovers, noRunc, rootless } from '../../kubelet/testing/test-node.ts';
import { cleanUpState } from './clean-up.ts';

/** In a user namespace the kernel itself ends what is in it. */
const skipUnlessRoot = noRunc ?? (rootless ? 'in a user namespace nothing is left' : false);
const skipUnlessRootless = noRunc ?? (rootless ? false : 'root has no user namespace of its own');
const CHILD = fileURLToPath(new URL('../../kubelet/testing/abandoned-node.ts', import.meta.url));

/** Starts a node in a process of its own and kills that after a look; as root everything it started is left. */
async function abandon(t: TestContext, look: (stateDir: string) => void = () => {}): Promise<string> {
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
  look(stateDir);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return stateDir;
}

test(
  'a killed sandbox leaves containers, and the clean-up removes them all',
  { skip: skipUnlessRoot },
  async (t) => {
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
  },
);

test(
  'in a user namespace a killed sandbox leaves no process, mount or namespace, and its files can be removed',
  { skip: skipUnlessRootless },
  async (t) => {
    const namespaces = new Set<string>();
    const stateDir = await abandon(t, (dir) => {
      for (const entry of leftovers(dir)) {
        const pid = /^process (\d+)$/.exec(entry)?.[1];
        const namespace = pid === undefined ? undefined : userNamespaceOf(pid);
        if (namespace !== undefined) namespaces.add(namespace);
      }
      namespaces.delete(userNamespaceOf('self') ?? '');
    });
    assert.equal(namespaces.size, 1, 'the node has one user namespace');
    const members = (): string[] =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && namespaces.has(userNamespaceOf(pid) ?? ''));
    // An empty cgroup, where one was delegated, is for the clean-up to remove.
    const left = (): string[] => leftovers(stateDir).filter((entry) => !entry.startsWith('cgroup '));
    const deadline = Date.now() + 20_000;
    while ((left().length > 0 || members().length > 0) && Date.now() < deadline) await delay(20);
    assert.deepEqual([left(), members()], [[], []]);
    assert.deepEqual(await cleanUpState(stateDir), { processes: 0, containers: 0, mounts: 0 });
    assert.deepEqual(leftovers(stateDir), []);
    assert.deepEqual(readdirSync(stateDir).toSorted(), ['images', 'pause']);
  },
);

function userNamespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`);
  } catch {
    // It has ended, or is somebody else's.
    return undefined;
  }
}
