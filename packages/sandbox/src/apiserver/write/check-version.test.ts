import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSandbox } from '../../testing/use-sandbox.ts';

const PODS = '/api/v1/namespaces/default/pods';
const CONTAINER = { name: 'main', image: 'busybox', command: ['sleep', '9'] };
const STRATEGIC = 'application/strategic-merge-patch+json';
const OTHER_UID = '00000000-0000-0000-0000-000000000000';

const api = useSandbox();

interface PodLike {
  metadata: { name: string; resourceVersion: string; uid: string };
}

let count = 0;
/** A pod that no kubelet changes, and a stale resourceVersion of it. */
async function makePod(): Promise<{ pod: PodLike; stale: string }> {
  const name = `p${++count}`;
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [CONTAINER], schedulerName: 'nobody' },
  };
  const created = JSON.parse((await api.client.request('POST', PODS, { body })).body) as PodLike;
  const labels = { metadata: { labels: { x: '1' } } };
  const patched = await api.client.request('PATCH', `${PODS}/${name}`, {
    body: labels,
    contentType: STRATEGIC,
  });
  return { pod: JSON.parse(patched.body) as PodLike, stale: created.metadata.resourceVersion };
}

const valid = { name: 'dbg', image: 'busybox' };
const invalid = { name: 'NOT VALID', image: 'busybox' };
type Meta = (pod: PodLike, stale: string) => object;
const none: Meta = () => ({});

const cases: [name: string, metadata: Meta, container: object, code: number][] = [
  ['no version, a valid container', none, valid, 200],
  ['no version, an invalid container', none, invalid, 422],
  ['the current version', ({ metadata: { resourceVersion } }) => ({ resourceVersion }), valid, 200],
  [
    'the current version, an invalid container',
    ({ metadata: { resourceVersion } }) => ({ resourceVersion }),
    invalid,
    422,
  ],
  ['a stale version', (_, resourceVersion) => ({ resourceVersion }), valid, 409],
  [
    'a stale version and an invalid container, where the version is checked first',
    (_, resourceVersion) => ({ resourceVersion }),
    invalid,
    409,
  ],
  [
    'a stale version and another uid',
    (_, resourceVersion) => ({ resourceVersion, uid: OTHER_UID }),
    valid,
    409,
  ],
  ['version 0, which means none', () => ({ resourceVersion: '0' }), valid, 200],
  ['an invalid version', () => ({ resourceVersion: 'abc' }), valid, 500],
  ['another uid', () => ({ uid: OTHER_UID }), valid, 422],
  ['its own uid', ({ metadata: { uid } }) => ({ uid }), valid, 200],
];
for (const [name, metadata, container, code] of cases) {
  test(`a patch of ephemeral containers with ${name}: ${code}`, async () => {
    const { pod, stale } = await makePod();
    const answer = await api.client.request('PATCH', `${PODS}/${pod.metadata.name}/ephemeralcontainers`, {
      body: { metadata: metadata(pod, stale), spec: { ephemeralContainers: [container] } },
      contentType: STRATEGIC,
    });
    assert.equal(answer.status, code, answer.body);
  });
}

test('a PUT with another uid is a conflict, not an invalid object', async () => {
  const { pod } = await makePod();
  const body = { ...pod, metadata: { ...pod.metadata, uid: OTHER_UID } };
  const answer = await api.client.request('PUT', `${PODS}/${pod.metadata.name}`, { body });
  assert.equal(answer.status, 409);
  assert.match(answer.body, /UID in precondition: 0{8}-/);
});

test('a PUT of a Lease needs a resourceVersion', async () => {
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: {} };
  assert.equal((await api.client.request('POST', path, { body })).status, 201);
  const answer = await api.client.request('PUT', `${path}/l`, { body });
  assert.equal(answer.status, 422);
  assert.match(answer.body, /resourceVersion: Invalid value: 0x0: must be specified/);
});
