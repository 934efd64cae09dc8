import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { VirtualClock } from './index.ts';
import type { KubeObject } from './machinery/objects.ts';
import { useSandbox } from './testing/use-sandbox.ts';

const PODS = '/api/v1/namespaces/default/pods';

interface Status extends KubeObject {
  spec?: { taints?: { key: string; effect: string }[] };
  status?: { phase?: string; conditions?: { type: string; status: string; reason?: string }[] };
}

const clock = new VirtualClock(Date.now());
const api = useSandbox({ simulation: { clock }, timing: { relistIntervalMs: 20 } });

async function until(
  resource: string,
  name: string,
  holds: (object: Status | undefined) => boolean,
): Promise<void> {
  const namespace = resource === 'pods' ? 'default' : undefined;
  while (!holds(api.sandbox.store.get<Status>(resource, namespace, name))) await delay(5);
}

const has =
  (type: string, status: string) =>
  (object: Status | undefined): boolean =>
    object?.status?.conditions?.some((one) => one.type === type && one.status === status) === true;

async function create(name: string, script: string, spec: object = {}): Promise<void> {
  const containers = [{ name: 'c', image: 'busybox', command: ['sh', '-c', script] }];
  const body = { metadata: { name }, spec: { restartPolicy: 'Never', containers, ...spec } };
  assert.equal((await api.client.request('POST', PODS, { body })).status, 201);
  // A pull takes a moment of the clock.
  while (!has('Ready', 'True')(api.sandbox.store.get('pods', 'default', name))) {
    await clock.advance(20);
    await delay(5);
  }
}

test("a lost node and its pods are marked, can't be reached, and recover when it is back", async () => {
  await create('stays', 'sleep infinity');
  await create('goes', 'sleep infinity', {
    terminationGracePeriodSeconds: 1,
    tolerations: [
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 0,
      },
    ],
  });
  await create('ends', 'sleep 1000; exit 3');
  api.sandbox.loseNode();
  const node = api.sandbox.store.get<Status>('nodes', undefined, 'vm');
  assert.deepEqual(
    node?.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => [
      type,
      'Unknown',
      'NodeStatusUnknown',
    ]),
  );
  assert.deepEqual(
    node?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
    ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
  );
  const lost = api.sandbox.store.get<Status>('pods', 'default', 'stays');
  assert.equal(lost?.status?.phase, 'Running');
  assert.ok(has('Ready', 'False')(lost));
  const log = await api.client.request('GET', `${PODS}/stays/log`);
  assert.equal(log.status, 500);
  assert.match(log.body, /dial tcp [\d.]+:10250: connect: no route to host/);
  // The pod without tolerations is evicted, but can't terminate.
  await until('pods', 'goes', (pod) => pod?.metadata.deletionTimestamp !== undefined);
  await clock.advance(1_000_000);
  // Long enough for the kubelet to notice, if it could.
  await delay(200);
  assert.equal(api.sandbox.store.get<Status>('pods', 'default', 'ends')?.status?.phase, 'Running');
  assert.notEqual(api.sandbox.store.get('pods', 'default', 'goes'), undefined);

  api.sandbox.bringBack();
  await until('nodes', 'vm', (object) => has('Ready', 'True')(object) && object?.spec?.taints === undefined);
  await until('pods', 'stays', has('Ready', 'True'));
  await until('pods', 'ends', (pod) => pod?.status?.phase === 'Failed');
  await until('pods', 'goes', (pod) => pod === undefined);
  assert.equal((await api.client.request('GET', `${PODS}/stays/log`)).status, 200);
});
