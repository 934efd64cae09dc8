import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkloadObject, WorkloadSpec } from '../../resources/workloads/types.ts';
import { createCluster, type TestCluster, workload } from '../testing/cluster.ts';
import { startDeployments } from './deployment.ts';
import type { DeploymentStatus } from './deployment-status.ts';
import { startReplicaSets } from './replica-set.ts';

async function withDeployment(
  spec: WorkloadSpec,
  check: (cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = createCluster();
  const stops = [startReplicaSets(cluster.client), startDeployments(cluster.client)];
  cluster.create('apps', 'deployments', 'Deployment', 'web', spec);
  await cluster.settle();
  await check(cluster);
  for (const stop of stops) stop();
}

function change(cluster: TestCluster, edit: (spec: WorkloadSpec) => void): void {
  cluster.store.update<WorkloadObject>('deployments.apps', 'a', 'web', (draft) => {
    edit(draft.spec);
    Object.assign(draft.metadata, { generation: (draft.metadata.generation ?? 0) + 1 });
  });
}

function setImage(cluster: TestCluster, image: string): void {
  change(cluster, (spec) => {
    const container = spec.template?.spec?.containers?.[0];
    if (container !== undefined) container.image = image;
  });
}

function sizes(cluster: TestCluster): (number | undefined)[] {
  return cluster.store
    .list<WorkloadObject>('replicasets.apps', 'a')
    .toSorted((a, b) => Number(a.metadata.creationTimestamp ?? 0) - Number(b.metadata.creationTimestamp ?? 0))
    .map((one) => one.spec.replicas)
    .toSorted((a, b) => (a ?? 0) - (b ?? 0));
}

function statusOf(cluster: TestCluster): DeploymentStatus {
  return cluster.get<WorkloadObject>('deployments.apps', 'web').status;
}

function reasons(cluster: TestCluster): string[] {
  return (statusOf(cluster).conditions ?? []).map(
    ({ type, status, reason }) => `${type}=${status} ${reason}`,
  );
}

test('creates a ReplicaSet with hash, revision and size annotations', () =>
  withDeployment(workload(2), async (cluster) => {
    const [set] = cluster.store.list<WorkloadObject>('replicasets.apps', 'a');
    const hash = set?.metadata.labels?.['pod-template-hash'] ?? '';
    assert.equal(set?.metadata.name, `web-${hash}`);
    assert.deepEqual(set.metadata.annotations, {
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
      'deployment.kubernetes.io/revision': '1',
    });
    assert.equal(set.spec.selector?.matchLabels?.['pod-template-hash'], hash);
    assert.deepEqual(reasons(cluster), [
      'Available=False MinimumReplicasUnavailable',
      'Progressing=True ReplicaSetUpdated',
    ]);
    await cluster.run();
    assert.deepEqual(reasons(cluster), [
      'Available=True MinimumReplicasAvailable',
      'Progressing=True NewReplicaSetAvailable',
    ]);
    const { conditions: _conditions, ...counts } = statusOf(cluster);
    assert.deepEqual(counts, {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      terminatingReplicas: 0,
    });
  }));

test('its status passes the same steps as a real one', async () => {
  const cluster = createCluster();
  const seen: DeploymentStatus[] = [];
  cluster.store.subscribe<WorkloadObject>('deployments.apps', ({ object, type }) => {
    if (type === 'MODIFIED') seen.push(object.status);
  });
  const stops = [startReplicaSets(cluster.client), startDeployments(cluster.client)];
  cluster.create('apps', 'deployments', 'Deployment', 'web', workload(1));
  await cluster.run();
  for (const stop of stops) stop();
  assert.deepEqual(
    seen.map(({ conditions = [], ...counts }) => [
      Object.entries(counts)
        .map(([name, count]) => `${name}=${count}`)
        .join(' '),
      conditions.map(({ reason }) => reason).join(' '),
    ]),
    [
      ['', 'NewReplicaSetCreated'],
      [
        'observedGeneration=1 unavailableReplicas=1 terminatingReplicas=0',
        'NewReplicaSetCreated MinimumReplicasUnavailable',
      ],
      [
        'observedGeneration=1 replicas=1 updatedReplicas=1 unavailableReplicas=1 terminatingReplicas=0',
        'MinimumReplicasUnavailable ReplicaSetUpdated',
      ],
      [
        'observedGeneration=1 replicas=1 updatedReplicas=1 readyReplicas=1 availableReplicas=1 terminatingReplicas=0',
        'MinimumReplicasAvailable NewReplicaSetAvailable',
      ],
    ],
  );
});

test('a rolling update stays within maxUnavailable and maxSurge', () =>
  withDeployment(workload(3), async (cluster) => {
    await cluster.run();
    setImage(cluster, 'i:2');
    await cluster.settle();
    for (let round = 0; round < 6; round += 1) {
      const living = cluster.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined);
      assert.ok(living.length <= 4, `${living.length} pods`);
      assert.ok((statusOf(cluster).availableReplicas ?? 0) >= 3);
      await cluster.run();
      await cluster.reap();
    }
    assert.deepEqual(sizes(cluster), [0, 3]);
    assert.equal(statusOf(cluster).updatedReplicas, 3);
    const images = cluster.pods().map((pod) => pod.spec.containers?.[0]?.image);
    assert.deepEqual(images, ['i:2', 'i:2', 'i:2']);
    const revision = cluster.get('deployments.apps', 'web').metadata.annotations;
    assert.equal(revision?.['deployment.kubernetes.io/revision'], '2');
    assert.ok(
      cluster.messages().some((message) => /Scaled up replica set web-\w+ from 0 to 1$/.test(message)),
    );
  }));

test('a rollback makes the old ReplicaSet the newest revision', () =>
  withDeployment(workload(1), async (cluster) => {
    await cluster.run();
    setImage(cluster, 'i:2');
    await cluster.run();
    setImage(cluster, 'i:1');
    await cluster.run();
    await cluster.run();
    assert.equal(cluster.store.list('replicasets.apps', 'a').length, 2);
    const annotations = cluster.get('deployments.apps', 'web').metadata.annotations;
    assert.equal(annotations?.['deployment.kubernetes.io/revision'], '3');
    assert.deepEqual(sizes(cluster), [0, 1]);
  }));

test('Recreate deletes all old pods before it creates new ones', () =>
  withDeployment(workload(2, { strategy: { type: 'Recreate' } }), async (cluster) => {
    await cluster.run();
    for (const pod of cluster.pods()) {
      cluster.store.update('pods', 'a', pod.metadata.name ?? '', (draft) => {
        (draft['spec'] as { nodeName?: string }).nodeName = 'vm';
      });
    }
    setImage(cluster, 'i:2');
    await cluster.settle();
    assert.deepEqual(sizes(cluster), [0]);
    assert.ok(cluster.pods().every((pod) => pod.metadata.deletionTimestamp !== undefined));
    await cluster.reap();
    assert.deepEqual(sizes(cluster), [0, 2]);
  }));

test('scales without a new revision', () =>
  withDeployment(workload(1), async (cluster) => {
    await cluster.run();
    change(cluster, (spec) => {
      spec.replicas = 3;
    });
    await cluster.run();
    assert.deepEqual(sizes(cluster), [3]);
    assert.equal(statusOf(cluster).availableReplicas, 3);
  }));

test('reports ProgressDeadlineExceeded', () =>
  withDeployment(workload(1, { progressDeadlineSeconds: 5 }), async (cluster) => {
    cluster.clock.time += 6000;
    change(cluster, () => undefined);
    await cluster.settle();
    assert.ok(reasons(cluster).includes('Progressing=False ProgressDeadlineExceeded'));
  }));

test('keeps as many old ReplicaSets as the revisionHistoryLimit', () =>
  withDeployment(workload(1, { revisionHistoryLimit: 1 }), async (cluster) => {
    for (const image of ['i:2', 'i:3', 'i:4']) {
      await cluster.run();
      setImage(cluster, image);
      await cluster.run();
      await cluster.run();
    }
    change(cluster, () => undefined);
    await cluster.settle();
    assert.equal(cluster.store.list('replicasets.apps', 'a').length, 2);
  }));

test('a paused Deployment does not roll out', () =>
  withDeployment(workload(1), async (cluster) => {
    await cluster.run();
    change(cluster, (spec) => {
      spec.paused = true;
    });
    setImage(cluster, 'i:2');
    await cluster.settle();
    assert.deepEqual(sizes(cluster), [1]);
  }));
