import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from 'kube-sandbox';
import type { Namespace } from 'kubernetes-types/core/v1.d.ts';
import { testWorld } from '../testing/test-world.ts';
import { openCluster } from './index.ts';
import type { Cluster } from './index.ts';

const NAMESPACES = '/api/v1/namespaces';

function create(cluster: Cluster, name: string): Promise<Namespace> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  return cluster.request<Namespace>({ method: 'POST', path: NAMESPACES, body });
}

test('against the sandbox: requests, refusals, and a watch whose resource version is too old', async (context) => {
  const sandbox = await startSandbox({ runtime: 'simulated', historyCapacity: 5 });
  context.after(() => sandbox.stop());
  const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig }, testWorld());
  context.after(() => cluster.close());

  const first = await create(cluster, 'first');
  await assert.rejects(create(cluster, 'first'), {
    name: 'ApiStatusError',
    code: 409,
    reason: 'AlreadyExists',
  });
  await assert.rejects(cluster.request({ method: 'GET', path: `${NAMESPACES}/none` }), {
    name: 'ApiStatusError',
    code: 404,
    message: 'namespaces "none" not found',
  });

  // More changes than the server's watch cache keeps: the watch starts with 410 and must list.
  for (let count = 0; count < 10; count += 1) await create(cluster, `more-${count}`);
  const abort = new AbortController();
  const seen = new Map<string, string>();
  const events = cluster.watch<Namespace>({
    path: NAMESPACES,
    resourceVersion: first.metadata?.resourceVersion ?? '',
    signal: abort.signal,
  });
  for await (const { type, object } of events) {
    const name = object.metadata?.name ?? '';
    seen.set(name, type);
    // Only now is the watch open again; the next event comes from it.
    if (name === 'more-9') await create(cluster, 'last');
    if (name === 'last') abort.abort();
  }
  for (let count = 0; count < 10; count += 1) assert.equal(seen.get(`more-${count}`), 'MODIFIED');
  assert.ok(seen.has('first') && seen.has('last') && seen.has('default'));
});

test('against the sandbox: tells a user without rights which ones to request', async (context) => {
  const sandbox = await startSandbox({ runtime: 'simulated', users: [{ name: 'eve' }] });
  context.after(() => sandbox.stop());
  const options = { kubeconfig: sandbox.kubeconfig, context: 'kube-sandbox-eve' };
  const cluster = await openCluster(options, testWorld());
  context.after(() => cluster.close());
  await assert.rejects(cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/pods/web' }), {
    code: 403,
    message:
      'pods "web" is forbidden: User "eve" cannot get resource "pods" in API group "" in the namespace "default"',
  });
  const command = { namespace: 'default', pod: 'web', container: 'c', tty: false };
  await assert.rejects(cluster.attach({ ...command, stdin: false, stdout: true, stderr: true }), {
    name: 'ApiStatusError',
    code: 403,
  });
});
