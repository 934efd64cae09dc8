// How a TypeScript project tests its own code against the sandbox: a cluster in this very process, pods that behave as
// their annotations say, and faults at the moments that are hard to hit with a real cluster.
// Run it with: node --test (or npx tsx --test) examples/test-against-the-sandbox.ts
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, CoreV1Api, KubeConfig, type V1Pod, Watch } from '@kubernetes/client-node';
import { type Sandbox, startSandbox } from 'kube-sandbox';

// --- The code under test: what a project of yours might have. ---

const MS_PER_S = 1000;

/** Asks again when the API server says that it has too much to do, as often as that. */
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

/** Waits until a pod is over and gives the exit code of its first container; watches again if a watch breaks off. */
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

/** A pod that does what a few lines of shell say. */
function job(name: string, script: string): V1Pod {
  return {
    metadata: { name, annotations: { 'sandbox.kubectl-dbg.dev/script': script } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.example/job:v1' }] },
  };
}

test('the exit code of a job is seen, and its log is there', async () => {
  await api.createNamespacedPod({
    namespace: 'default',
    body: job('fails', 'echo started; sleep 0.1; exit 3'),
  });
  assert.equal(await exitCodeOf(config, 'default', 'fails'), 3);
  assert.equal(await api.readNamespacedPodLog({ namespace: 'default', name: 'fails' }), 'started\n');
});

test('a server with too much to do is asked again, a broken one is not', async () => {
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

test('a watch that breaks off in the middle is begun again', async () => {
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
