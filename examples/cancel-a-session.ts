// Cancels a debug session with an AbortController. When the promise rejects, the privileged pod is deleted.
// Run it with: node --test (or npx tsx --test) examples/cancel-a-session.ts
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, debug, openCluster, readOwnership } from 'kubectl-dbg';

/** Follows a command on a node until a certain line of its output, or until it exits. */
async function untilLine(cluster: Cluster, node: string, command: string[], line: RegExp) {
  const controller = new AbortController();
  const stdout = new PassThrough();
  let seen = '';
  stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    if (line.test(seen)) controller.abort();
  });
  const options = { target: `node/${node}`, profile: 'sysadmin', command } as const;
  try {
    const { outcome } = await debug(cluster, options, { stdout, signal: controller.signal });
    return { seen, outcome };
  } catch (error) {
    if (error !== controller.signal.reason) throw error;
    return { seen };
  }
}

// --- Its test. ---

let sandbox: Sandbox;
let cluster: Cluster;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
  cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
});
after(async () => {
  await cluster.close();
  await sandbox.stop();
});

test('the session ends when it is aborted, and its pod is deleted', async () => {
  const made: string[] = [];
  const off = sandbox.store.subscribe('pods', ({ object }) => {
    const session = readOwnership(object)?.session;
    if (session !== undefined && !made.includes(session)) made.push(session);
  });
  const script = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done';
  const { seen, outcome } = await untilLine(cluster, 'vm', ['sh', '-c', script], /line 3\n/);
  off();
  assert.equal(outcome, undefined, 'it did not end by itself');
  assert.match(seen, /^line 1\nline 2\nline 3\n/);
  assert.equal(made.length, 1, 'one pod was made, with our mark');
  const { items } = await cluster.request<{ items: { metadata: { deletionTimestamp?: string } }[] }>({
    method: 'GET',
    path: '/api/v1/namespaces/default/pods',
  });
  assert.deepEqual(
    items.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    [],
  );
});
