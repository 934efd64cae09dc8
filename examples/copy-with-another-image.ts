// Tries another image in a copy of a pod, without affecting the pod or its traffic.
// Run it with: node --test (or npx tsx --test) examples/copy-with-another-image.ts
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, debug, openCluster, planDebug } from 'kubectl-dbg';

/** Runs a command in the container `app` of a copy of the pod with another image, and deletes the copy. */
async function tryImage(cluster: Cluster, pod: string, image: string, command: string[]) {
  const stdout = new PassThrough();
  const output = text(stdout);
  const report = await debug(cluster, copyOf(pod, image, command), { stdout });
  stdout.end();
  return { outcome: report.outcome, output: await output };
}

function copyOf(pod: string, image: string, command: string[]) {
  return { target: pod, container: 'app', copy: { name: `${pod}-next`, images: { app: image } }, command };
}

// --- Its test. ---

const PODS = '/api/v1/namespaces/default/pods';

let sandbox: Sandbox;
let cluster: Cluster;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
  cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
  const containers = [{ name: 'app', image: 'example.com/web:v1', command: ['sleep', '3600'] }];
  const metadata = { name: 'web', labels: { app: 'web' } };
  await cluster.request({
    method: 'POST',
    path: PODS,
    body: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } },
  });
});
after(async () => {
  await cluster.close();
  await sandbox.stop();
});

test('the copy has the other image, and no labels that a Service selects', async () => {
  const plan = await planDebug(cluster, copyOf('web', 'example.com/web:v2', ['true']));
  const [write] = plan.writes;
  const body = write?.body as { metadata: { labels?: object }; spec: { containers: { image: string }[] } };
  assert.deepEqual(
    body.spec.containers.map(({ image }) => image),
    ['example.com/web:v2'],
  );
  assert.deepEqual(body.metadata.labels ?? {}, {});
});

test('the command runs in the copy, and the copy is deleted', async () => {
  const { outcome, output } = await tryImage(cluster, 'web', 'example.com/web:v2', [
    'sh',
    '-c',
    'echo tried; exit 4',
  ]);
  assert.deepEqual({ outcome, output }, { outcome: { kind: 'exited', code: 4 }, output: 'tried\n' });
  const { items } = await cluster.request<{
    items: { metadata: { name: string; deletionTimestamp?: string } }[];
  }>({
    method: 'GET',
    path: PODS,
  });
  const left = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.deepEqual(
    left.map(({ metadata }) => metadata.name),
    ['web'],
  );
});
