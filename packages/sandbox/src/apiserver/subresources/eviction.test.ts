import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSandbox } from '../../testing/use-sandbox.ts';

const api = useSandbox();

/** Waits until a condition on the store is true. */
function until(resource: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = api.sandbox.store.subscribe(resource, () => setImmediate(check));
    const check = (): void => {
      if (!holds()) return;
      stop();
      resolve();
    };
    check();
  });
}

const isReady = (name: string): boolean => {
  const pod = api.sandbox.store.get('pods', 'default', name) as
    | { status?: { conditions?: { type: string; status: string }[] } }
    | undefined;
  return pod?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
};

async function makePods(app: string, image = 'busybox'): Promise<string[]> {
  const names = [`${app}-0`, `${app}-1`];
  for (const name of names) {
    const container = { name: 'main', image, command: ['sleep', '99'] };
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app } },
      spec: { containers: [container], terminationGracePeriodSeconds: 0 },
    };
    assert.equal((await api.client.request('POST', '/api/v1/namespaces/default/pods', { body })).status, 201);
  }
  if (image === 'busybox') await until('pods', () => names.every(isReady));
  return names;
}

async function makeBudget(name: string, app: string, spec: object): Promise<void> {
  const body = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { selector: { matchLabels: { app } }, ...spec },
  };
  const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
  assert.equal((await api.client.request('POST', path, { body })).status, 201);
}

function evict(name: string): Promise<{ status: number; body: string }> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
  return api.client.request('POST', `/api/v1/namespaces/default/pods/${name}/eviction`, { body });
}

test('a budget permits one eviction and refuses the next', async () => {
  const [first = '', second = ''] = await makePods('web');
  await makeBudget('web', 'web', { minAvailable: 1 });
  await until('poddisruptionbudgets.policy', () => {
    const budget = api.sandbox.store.get('poddisruptionbudgets.policy', 'default', 'web');
    return (budget?.['status'] as { disruptionsAllowed?: number } | undefined)?.disruptionsAllowed === 1;
  });
  assert.equal((await evict(first)).status, 201);
  const refused = await evict(second);
  assert.equal(refused.status, 429);
  const { reason, details } = JSON.parse(refused.body) as {
    reason: string;
    details: { causes: { message: string; reason: string }[] };
  };
  assert.equal(reason, 'TooManyRequests');
  assert.deepEqual(details.causes, [
    {
      reason: 'DisruptionBudget',
      message: 'The disruption budget web needs 1 healthy pods and has 1 currently',
    },
  ]);
  assert.throws(() => api.sandbox.evict({ name: second }), { code: 429 });
  assert.ok(api.sandbox.store.get('pods', 'default', second) !== undefined);
});

for (const [name, spec, code] of [
  ['max-none', { maxUnavailable: 0 }, 429],
  ['max-one', { maxUnavailable: 1 }, 201],
  ['half', { minAvailable: '50%' }, 201],
  ['most', { minAvailable: '51%' }, 429],
] as const) {
  test(`eviction with ${JSON.stringify(spec)} and two pods: ${code}`, async () => {
    const [first = ''] = await makePods(name);
    await makeBudget(name, name, spec);
    assert.equal((await evict(first)).status, code);
  });
}

test('two budgets for one pod are an error', async () => {
  const [first = ''] = await makePods('twice');
  await makeBudget('one', 'twice', { minAvailable: 1 });
  await makeBudget('two', 'twice', { minAvailable: 1 });
  const answer = await evict(first);
  assert.equal(answer.status, 500);
  assert.match(answer.body, /more than one PodDisruptionBudget/);
});

test('a pending pod can always be evicted', async () => {
  const [first = ''] = await makePods('pending', 'simulated/never-pulled');
  await makeBudget('pending', 'pending', { maxUnavailable: 0 });
  assert.equal((await evict(first)).status, 201);
});

test('sandbox.evict evicts without a request', async () => {
  const [first = ''] = await makePods('library');
  api.sandbox.evict({ name: first });
  await until('pods', () => api.sandbox.store.get('pods', 'default', first) === undefined);
  assert.throws(() => api.sandbox.evict({ name: first }), { code: 404 });
});

test('kinds without effect are stored with a warning', async () => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'a.b' },
  };
  const { status, headers } = await api.client.request('POST', path, { body });
  assert.equal(status, 201);
  assert.match(String(headers['warning']), /^299 - "kube-sandbox stores this CustomResourceDefinition but/);
});
