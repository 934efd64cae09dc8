import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkloadObject, WorkloadSpec } from '../../resources/workloads/types.ts';
import { createCluster, type TestCluster, workload } from '../testing/cluster.ts';
import { startStatefulSets } from './stateful-set.ts';

async function withSet(spec: WorkloadSpec, check: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = createCluster();
  const stop = startStatefulSets(cluster.client);
  cluster.create('apps', 'statefulsets', 'StatefulSet', 'db', spec);
  await cluster.settle();
  await check(cluster);
  stop();
}

function names(cluster: TestCluster): (string | undefined)[] {
  return cluster.pods().map((pod) => pod.metadata.name);
}

test('creates its pods in order, each with its ordinal', () =>
  withSet(workload(2, { serviceName: 'db' }), async (cluster) => {
    assert.deepEqual(names(cluster), ['db-0']);
    await cluster.run();
    assert.deepEqual(names(cluster), ['db-0', 'db-1']);
    await cluster.run();
    const [first] = cluster.pods();
    assert.equal(first?.spec.hostname, 'db-0');
    assert.equal(first.spec.subdomain, 'db');
    assert.equal(first.metadata.generateName, 'db-');
    const set = cluster.get<WorkloadObject>('statefulsets.apps', 'db');
    const revision = set.status['updateRevision'];
    assert.deepEqual(first.metadata.labels, {
      app: 'x',
      'apps.kubernetes.io/pod-index': '0',
      'controller-revision-hash': revision,
      'statefulset.kubernetes.io/pod-name': 'db-0',
    });
    assert.deepEqual(set.status, {
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: revision,
      updateRevision: revision,
      collisionCount: 0,
      availableReplicas: 2,
    });
    assert.equal(cluster.store.list('controllerrevisions.apps', 'a').length, 1);
  }));

test('creates all pods at once with podManagementPolicy Parallel', () =>
  withSet(workload(3, { podManagementPolicy: 'Parallel' }), async (cluster) => {
    assert.deepEqual(names(cluster), ['db-0', 'db-1', 'db-2']);
  }));

test('deletes the highest ordinal first, and replaces a failed pod under the same name', () =>
  withSet(workload(2), async (cluster) => {
    await cluster.run();
    await cluster.run();
    await cluster.end('db-0', 'Failed');
    await cluster.run();
    assert.deepEqual(names(cluster), ['db-0', 'db-1']);
    cluster.store.update<WorkloadObject>('statefulsets.apps', 'a', 'db', (draft) => {
      draft.spec.replicas = 1;
    });
    await cluster.run();
    assert.deepEqual(names(cluster), ['db-0']);
  }));

test('updates from the highest ordinal down to the partition', () =>
  withSet(
    workload(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }),
    async (cluster) => {
      for (let round = 0; round < 3; round += 1) await cluster.run();
      cluster.store.update<WorkloadObject>('statefulsets.apps', 'a', 'db', (draft) => {
        const container = draft.spec.template?.spec?.containers?.[0];
        if (container !== undefined) container.image = 'i:2';
      });
      await cluster.settle();
      const images = (): (string | undefined)[] =>
        cluster.pods().map((pod) => pod.spec.containers?.[0]?.image);
      assert.deepEqual(images(), ['i:1', 'i:1', 'i:2']);
      await cluster.run();
      assert.deepEqual(images(), ['i:1', 'i:2', 'i:2']);
      await cluster.run();
      assert.deepEqual(images(), ['i:1', 'i:2', 'i:2']);
    },
  ));

test('creates the claims of its pods', () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  return withSet(workload(1, { volumeClaimTemplates: [claim] }), async (cluster) => {
    assert.equal(cluster.get('persistentvolumeclaims', 'data-db-0').metadata.labels?.['app'], 'x');
    assert.deepEqual(cluster.pods()[0]?.spec.volumes?.[0], {
      name: 'data',
      persistentVolumeClaim: { claimName: 'data-db-0' },
    });
  });
});
