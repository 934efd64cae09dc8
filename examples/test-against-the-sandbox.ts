// Tests a TypeScript project's own code against the sandbox: a cluster in the same process, pods whose behaviour is set by
// annotations, and faults that are hard to cause in a real cluster.
// Run it with: node --test (or npx tsx --test) examples/test-against-the-sandbox.ts
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, CoreV1Api, KubeConfig, type V1Pod, Watch } from '@kubernetes/client-node';
import { type Sandbox, startSandbox } from 'kube-sandbox';

// --- The code under test: what your project might have. ---

const MS_PER_S = 1000;

/** Retries when the API server is too busy, up to this number of tries. */
async function withRetry<T>(ask: () => Promise<T>, tries: number): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0 || !(error instanceof ApiException) || error.code !== 429) throw error;
      await delay(Number(error.headers['retry-after'] ?? '1') * MS_PER_S);
    }
  }
}

/** Waits until a pod terminates; returns the exit code of its first container. Restarts a broken watch. */
async function exitCodeOf(config: KubeConfig, namespace: string, name: string): Promise<number> {
  for (;;) {
    const code = await new Promise<number | undefined>((resolve, reject) => {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      new Watch(config)
        .watch(
          path,
          { fieldSelector: `metadata.name=${name}` },
          (_type, pod: V1Pod) => {
            const exitCode = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
            if (exitCode !== undefined) resolve(exitCode);
          },
          () => resolve(undefined),
        )
        .catch(reject);
    });
    if (code !== undefined) return code;
  }
}

// --- Its tests. ---

let sandbox: Sandbox;
let config: KubeConfig;
let api: CoreV1Api;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
  config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfig);
  api = config.makeApiClient(CoreV1Api);
});
afterEach(() => sandbox.faults.clear());
after(() => sandbox.stop());

/** A pod that runs a few lines of shell. */
function job(name: string, script: string): V1Pod {
  return {
    metadata: { name, annotations: { 'sandbox.kubectl-dbg.dev/script': script } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.example/job:v1' }] },
  };
}

test('returns the exit code of a job, whose log can be read', async () => {
  await api.createNamespacedPod({
    namespace: 'default',
    body: job('fails', 'echo started; sleep 0.1; exit 3'),
  });
  assert.equal(await exitCodeOf(config, 'default', 'fails'), 3);
  assert.equal(await api.readNamespacedPodLog({ namespace: 'default', name: 'fails' }), 'started\n');
});

test('retries with a busy server, but not with a broken one', async () => {
  const list = () => api.listNamespacedPod({ namespace: 'default' });
  const busy = sandbox.faults.add({
    point: 'request',
    match: { verb: 'list', resource: 'pods' },
    action: { kind: 'error', code: 429, retryAfterSeconds: 0 },
    times: 2,
  });
  assert.deepEqual(
    (await withRetry(list, 3)).items.map(({ metadata }) => metadata?.name),
    ['fails'],
  );
  assert.equal(busy.hits, 2);

  sandbox.faults.add({ point: 'request', match: { verb: 'list' }, action: { kind: 'error', code: 500 } });
  await assert.rejects(withRetry(list, 3), { code: 500 });
});

test('restarts a broken watch', async () => {
  const cut = sandbox.faults.add({
    point: 'watch',
    match: { resource: 'pods' },
    after: { events: 1 },
    action: { kind: 'break' },
    times: 1,
  });
  const code = exitCodeOf(config, 'default', 'slow');
  await api.createNamespacedPod({ namespace: 'default', body: job('slow', 'sleep 0.2; exit 7') });
  assert.equal(await code, 7);
  assert.equal(cut.hits, 1);
});
