import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import { parseTarget } from './parse-target.ts';
import { choosePod, latestJob, podSelector } from './workload.ts';

interface Given {
  name: string;
  phase?: string;
  ready?: boolean;
  created?: string;
  owner?: string;
  deleting?: boolean;
}

function podOf({
  name,
  phase = 'Running',
  ready = true,
  created = '2026-01-01',
  owner,
  deleting,
}: Given): Pod {
  return {
    metadata: {
      name,
      creationTimestamp: created,
      ...(deleting === true ? { deletionTimestamp: created } : {}),
      ...(owner === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'X', name: 'x', uid: owner }] }),
    },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

test('prefers a ready pod to a running one, and the oldest among equals', () => {
  const deployment = parseTarget('deploy/web');
  const pods = [
    podOf({ name: 'starting', ready: false, created: '2020' }),
    podOf({ name: 'young', created: '2026' }),
    podOf({ name: 'old', created: '2025' }),
    podOf({ name: 'leaving', created: '2019', deleting: true }),
    podOf({ name: 'pending', phase: 'Pending', created: '2018' }),
  ];
  const { pod, notice } = choosePod(deployment, {}, pods);
  assert.equal(pod.metadata?.name, 'old');
  assert.equal(notice.text, 'Debugging pod old, one of 3 running pods of deployments.apps/web.');
  const [first] = pods;
  assert.ok(first !== undefined);
  assert.match(choosePod(deployment, {}, [first]).notice.text, /which is not ready/);
});

test('ignores pods with the same labels that belong to another controller', () => {
  const set = { metadata: { uid: 'mine' } };
  const pods = [
    podOf({ name: 'other', owner: 'other', created: '2020' }),
    podOf({ name: 'own', owner: 'mine' }),
  ];
  assert.equal(choosePod(parseTarget('rs/web'), set, pods).pod.metadata?.name, 'own');
  assert.equal(choosePod(parseTarget('svc/web'), set, pods).pod.metadata?.name, 'other');
});

test('fails without a running pod', () => {
  const notFound = (error: unknown): boolean => error instanceof DbgError && error.kind === 'notFound';
  assert.throws(() => choosePod(parseTarget('deploy/web'), {}, []), notFound);
  assert.throws(
    () => choosePod(parseTarget('deploy/web'), {}, [podOf({ name: 'a', phase: 'Pending' })]),
    notFound,
  );
});

test('the query for the selector of each kind', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'x', operator: 'NotIn', values: ['c'] },
      { key: 'y', operator: 'Exists' },
      { key: 'z', operator: 'DoesNotExist' },
    ],
  };
  assert.equal(podSelector('Deployment', { spec: { selector } }), 'app=web,tier in (a,b),x notin (c),y,!z');
  assert.equal(podSelector('Service', { spec: { selector: { app: 'web' } } }), 'app=web');
  assert.throws(() => podSelector('Service', { metadata: { name: 'ext' }, spec: {} }), DbgError);
});

test('selects the newest Job of a CronJob', () => {
  const cronJob = { metadata: { name: 'nightly', uid: 'c' } };
  const jobs = ['2026-01-01', '2026-01-03', '2026-01-02'].map((creationTimestamp) => ({
    metadata: {
      creationTimestamp,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: 'c' }],
    },
  }));
  const other = { metadata: { creationTimestamp: '2027-01-01' } };
  assert.equal(latestJob(cronJob, [...jobs, other]).metadata?.creationTimestamp, '2026-01-03');
  assert.throws(() => latestJob(cronJob, [other]), DbgError);
});

for (const [word, path] of [
  ['web', '/api/v1/namespaces/shop/pods/web'],
  ['node/n1', '/api/v1/nodes/n1'],
  ['svc/web', '/api/v1/namespaces/shop/services/web'],
  ['rc/web', '/api/v1/namespaces/shop/replicationcontrollers/web'],
  ['deploy/web', '/apis/apps/v1/namespaces/shop/deployments/web'],
  ['StatefulSet.apps/web', '/apis/apps/v1/namespaces/shop/statefulsets/web'],
  ['ds/web', '/apis/apps/v1/namespaces/shop/daemonsets/web'],
  ['jobs.v1.batch/web', '/apis/batch/v1/namespaces/shop/jobs/web'],
  ['cj/web', '/apis/batch/v1/namespaces/shop/cronjobs/web'],
  ['pod/a b', '/api/v1/namespaces/shop/pods/a%20b'],
] as const) {
  test(`parseTarget(${word}) is at ${path}`, () => assert.equal(parseTarget(word).path('shop'), path));
}

for (const word of [
  'pod/..',
  'pod/.',
  'pod/a%2fb',
  '',
  'deploy.v1/web',
  'deploy.v2.apps/web',
  'pods.apps/web',
]) {
  test(`parseTarget refuses ${JSON.stringify(word)}`, () => {
    assert.throws(() => parseTarget(word), DbgError);
  });
}
