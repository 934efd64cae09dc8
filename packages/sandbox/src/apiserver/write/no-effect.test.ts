import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiClient } from '../../testing/api-client.ts';
import { useSandbox } from '../../testing/use-sandbox.ts';

const pod = {
  metadata: { labels: { app: 'a' } },
  spec: { restartPolicy: 'Always', containers: [{ name: 'c', image: 'i' }] },
};
const job = { spec: { template: { spec: { ...pod.spec, restartPolicy: 'Never' } } } };
const set = { serviceName: 's', selector: { matchLabels: { app: 'a' } }, template: pod };

const cases: [what: string, path: string, body: object, warning: string | undefined][] = [
  [
    'a time zone',
    '/apis/batch/v1/namespaces/default/cronjobs',
    {
      metadata: { name: 'zoned' },
      spec: { schedule: '0 0 * * *', timeZone: 'Asia/Tokyo', jobTemplate: job },
    },
    '299 - "kube-sandbox does not act on spec.timeZone: the schedule is in UTC"',
  ],
  [
    'UTC',
    '/apis/batch/v1/namespaces/default/cronjobs',
    { metadata: { name: 'utc' }, spec: { schedule: '0 0 * * *', timeZone: 'Etc/UTC', jobTemplate: job } },
    undefined,
  ],
  [
    'a retention policy of Delete',
    '/apis/apps/v1/namespaces/default/statefulsets',
    {
      metadata: { name: 'deleting' },
      spec: { ...set, persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } },
    },
    '299 - "kube-sandbox does not act on spec.persistentVolumeClaimRetentionPolicy: claims are retained"',
  ],
  [
    'no retention policy',
    '/apis/apps/v1/namespaces/default/statefulsets',
    { metadata: { name: 'plain' }, spec: set },
    undefined,
  ],
];

const api = useSandbox();

test('a field without effect causes a warning', async () => {
  for (const [what, path, body, warning] of cases) {
    const answer = await api.client.request('POST', path, { body });
    assert.equal(answer.status, 201, answer.body);
    assert.equal(answer.headers['warning'], warning, what);
  }
});

test("an apply of another manager's field is a conflict, unless forced", async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const apply = (manager: string, data: object, more = ''): ReturnType<ApiClient['request']> =>
    api.client.request('PATCH', `${path}/c?fieldManager=${manager}${more}`, {
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data },
    });
  const body = { metadata: { name: 'c' }, data: { key: 'created' } };
  await api.client.request('POST', `${path}?fieldManager=kubectl-create`, { body });
  const refused = await apply('me', { key: 'applied' });
  assert.equal(refused.status, 409);
  assert.match(
    refused.body,
    /Apply failed with 1 conflict: conflict with \\"kubectl-create\\" using v1: \.data\.key"/,
  );
  assert.equal((await apply('me', { key: 'applied' }, '&force=true')).status, 200);
  assert.equal((await apply('me', { key: 'again' })).status, 200);
  assert.equal((await apply('other', { key: 'theirs' })).status, 409);
});
