import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkloadObject } from '../../resources/workloads/types.ts';
import { createCluster, type TestCluster, workload } from '../testing/cluster.ts';
import { startReplicaSets } from './replica-set.ts';

async function withSet(replicas: number, check: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = createCluster();
  const stop = startReplicaSets(cluster.client);
  cluster.create('apps', 'replicasets', 'ReplicaSet', 'rs', workload(replicas));
  await cluster.settle();
  await check(cluster);
  stop();
}

function resize(cluster: TestCluster, replicas: number): void {
  cluster.store.update<WorkloadObject>('replicasets.apps', 'a', 'rs', (draft) => {
    draft.spec.replicas = replicas;
  });
}

test('creates the requested number of pods, and owns them', () =>
  withSet(2, async (cluster) => {
    const pods = cluster.pods();
    assert.equal(pods.length, 2);
    for (const pod of pods) {
      assert.match(pod.metadata.name ?? '', /^rs-[a-z0-9]{5}$/);
      assert.equal(pod.metadata.ownerReferences?.[0]?.name, 'rs');
      assert.equal(pod.spec.serviceAccountName, 'default');
    }
    assert.deepEqual(cluster.get<WorkloadObject>('replicasets.apps', 'rs').status, {
      replicas: 2,
      fullyLabeledReplicas: 2,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    await cluster.run();
    assert.equal(cluster.get<WorkloadObject>('replicasets.apps', 'rs').status['availableReplicas'], 2);
    assert.match(cluster.messages()[0] ?? '', /^SuccessfulCreate: Created pod: rs-/);
  }));

test('replaces a deleted or terminated pod', () =>
  withSet(1, async (cluster) => {
    await cluster.run();
    const [first] = cluster.pods();
    cluster.store.remove('pods', 'a', first?.metadata.name ?? '');
    await cluster.settle();
    assert.equal(cluster.pods().length, 1);
    await cluster.end(cluster.pods()[0]?.metadata.name ?? '', 'Failed');
    assert.equal(cluster.pods().length, 2);
  }));

test('deletes pods that are not ready first', () =>
  withSet(3, async (cluster) => {
    const kept = cluster.pods()[1]?.metadata.name ?? '';
    await cluster.run(kept);
    resize(cluster, 1);
    await cluster.settle();
    assert.deepEqual(
      cluster.pods().map((pod) => pod.metadata.name),
      [kept],
    );
  }));

test('adopts an orphaned pod, and releases one that it no longer selects', () =>
  withSet(1, async (cluster) => {
    const own = cluster.pods()[0]?.metadata.name ?? '';
    cluster.store.update('pods', 'a', own, (draft) => {
      draft.metadata.labels = { app: 'y' };
    });
    await cluster.settle();
    assert.equal(cluster.store.get('pods', 'a', own)?.metadata.ownerReferences, undefined);
    assert.equal(cluster.pods().length, 2);
    cluster.store.update('pods', 'a', own, (draft) => {
      draft.metadata.labels = { app: 'x' };
    });
    await cluster.settle();
    assert.equal(cluster.pods().length, 1);
  }));

test('reports ReplicaFailure while a quota forbids pods, and recovers', async () => {
  const cluster = createCluster();
  cluster.create('', 'resourcequotas', 'ResourceQuota', 'q', { hard: { pods: '1' } });
  const stop = startReplicaSets(cluster.client);
  cluster.create('apps', 'replicasets', 'ReplicaSet', 'rs', workload(2));
  await cluster.settle();
  assert.equal(cluster.pods().length, 1);
  const { conditions } = cluster.get<WorkloadObject>('replicasets.apps', 'rs').status as {
    conditions: { type: string; message: string }[];
  };
  assert.equal(conditions[0]?.type, 'ReplicaFailure');
  assert.match(conditions[0].message, /exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1/);
  cluster.store.remove('resourcequotas', 'a', 'q');
  cluster.store.update('replicasets.apps', 'a', 'rs', (draft) => {
    draft.metadata.labels = { touched: 'yes' };
  });
  await cluster.settle();
  assert.equal(cluster.pods().length, 2);
  stop();
});
