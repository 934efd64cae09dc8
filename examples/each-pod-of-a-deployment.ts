// Runs a command in every pod of a Deployment, and gets each result as soon as it is available.
// Run it with: node --test (or npx tsx --test) examples/each-pod-of-a-deployment.ts
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, debugEach, openCluster, type TargetResult } from 'kubectl-dbg';

// --- The example. ---

/** Yields the pods of a workload whose command did not exit with 0. */
async function failing(cluster: Cluster, workload: string, command: string[], signal?: AbortSignal) {
  const found: TargetResult[] = [];
  const request = { targets: [workload], image: 'busybox', command, perNode: 5 };
  for await (const result of debugEach(cluster, request, signal === undefined ? {} : { signal })) {
    if (result.class !== 'passed') found.push(result);
  }
  return found;
}

// --- Its tests. ---

const REPLICAS = 4;

let sandbox: Sandbox;
let cluster: Cluster;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
  cluster = await openCluster({ kubeconfig: sandbox.kubeconfig, requestTimeout: 30_000 });
  const labels = { app: 'web' };
  await cluster.request({
    method: 'POST',
    path: '/apis/apps/v1/namespaces/default/deployments',
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: REPLICAS,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: 'example.com/web:v1' }] },
        },
      },
    },
  });
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const signal = AbortSignal.timeout(30_000);
  type Deployment = { metadata: object; status?: { readyReplicas?: number } };
  for await (const { object } of cluster.watch<Deployment>({ path, resourceVersion: '', signal })) {
    if (object.status?.readyReplicas === REPLICAS) break;
  }
});
after(async () => {
  await cluster.close();
  await sandbox.stop();
});

test('runs in every pod, and yields those that fail', async () => {
  assert.deepEqual(await failing(cluster, 'deploy/web', ['true']), []);
  const found = await failing(cluster, 'deploy/web', ['sh', '-c', 'echo no; exit 3']);
  assert.deepEqual(
    found.map(({ class: result, exitCode, output }) => [result, exitCode, output]),
    Array.from({ length: REPLICAS }, () => ['failed', 3, 'no\n']),
  );
});

test('returns the complete report after all results', async () => {
  const results = debugEach(cluster, { labelSelector: 'app=web', image: 'busybox', command: ['id', '-u'] });
  let next = await results.next();
  while (next.done !== true) next = await results.next();
  const { summary, groups } = next.value;
  assert.equal(summary.passed, REPLICAS);
  assert.deepEqual(
    groups.map(({ count, output }) => [count, output]),
    [[REPLICAS, '0\n']],
  );
});

test('leaving the loop ends the run', async () => {
  let count = 0;
  const request = { labelSelector: 'app=web', image: 'busybox', command: ['true'], parallel: 1 };
  for await (const _ of debugEach(cluster, request)) {
    count += 1;
    break;
  }
  assert.equal(count, 1);
});

test('rejects with the reason when aborted', async () => {
  await assert.rejects(failing(cluster, 'deploy/web', ['sleep', '60'], AbortSignal.timeout(500)), {
    name: 'TimeoutError',
  });
});
