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

/** The kernel kills the processes of a user namespace's sandbox itself. */
const skipUnlessRoot = noRunc ?? (rootless ? 'in a user namespace nothing is left' : false);
const skipUnlessRootless = noRunc ?? (rootless ? false : 'root has no user namespace of its own');
const CHILD = fileURLToPath(new URL('../../kubelet/testing/abandoned-node.ts', import.meta.url));

/** Starts a node in a child process, calls `look`, and kills the child. As root, everything it started remains. */
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
  'the clean-up removes all containers that a killed sandbox has left behind',
  { skip: skipUnlessRoot },
  async (t) => {
    const [stateDir, other] = await Promise.all([abandon(t), abandon(t)]);
    assert.equal(
      leftovers(stateDir).some((entry) => entry.endsWith('in a container')),
      true,
    );
    const report = await cleanUpState(stateDir);
    assert.equal(report.processes > 0, true);
    // A runc in the foreground may still have removed its container, so the number varies.
    assert.ok(report.containers >= 1, `${report.containers} containers`);
    assert.deepEqual(leftovers(stateDir), []);
    // Images are kept for reuse.
    assert.deepEqual(readdirSync(stateDir).toSorted(), ['images', 'pause']);
    // Another sandbox's leftovers are not touched.
    assert.equal(
      leftovers(other).some((entry) => entry.endsWith('in a container')),
      true,
    );
    assert.deepEqual(await cleanUpState(stateDir), { processes: 0, containers: 0, mounts: 0 });
  },
);

test(
  'in a user namespace a killed sandbox leaves no processes, mounts or namespaces, and its files can be removed',
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
    // A delegated cgroup remains empty; the clean-up removes it.
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
    // It has terminated, or belongs to another user.
    return undefined;
  }
}
