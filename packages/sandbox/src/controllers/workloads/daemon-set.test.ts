import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkloadObject } from '../../resources/workloads/types.ts';
import { createCluster, type TestCluster, workload } from '../testing/cluster.ts';
import { startDaemonSets } from './daemon-set.ts';

const { replicas: _replicas, ...SPEC } = workload(1);

async function withSet(check: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = createCluster();
  const stop = startDaemonSets(cluster.client);
  cluster.create('apps', 'daemonsets', 'DaemonSet', 'ds', structuredClone(SPEC));
  await cluster.settle();
  await check(cluster);
  stop();
}

test('creates one pod for the node, with the tolerations of daemon pods', () =>
  withSet(async (cluster) => {
    const [pod, ...others] = cluster.pods();
    assert.deepEqual(others, []);
    assert.equal(pod?.metadata.labels?.['pod-template-generation'], '1');
    assert.equal(pod.spec.tolerations?.length, 6);
    await cluster.run();
    assert.deepEqual(cluster.get<WorkloadObject>('daemonsets.apps', 'ds').status, {
      currentNumberScheduled: 1,
      numberMisscheduled: 0,
      desiredNumberScheduled: 1,
      numberReady: 1,
      observedGeneration: 1,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
    });
  }));

test('creates a pod for each new node, and none for one with a taint', () =>
  withSet(async (cluster) => {
    const node = { apiVersion: 'v1', kind: 'Node' };
    cluster.store.create('nodes', { ...node, metadata: { name: 'two' }, spec: {} });
    const taints = [{ key: 'k', value: 'v', effect: 'NoSchedule' }];
    cluster.store.create('nodes', { ...node, metadata: { name: 'three' }, spec: { taints } });
    await cluster.settle();
    assert.equal(cluster.pods().length, 2);
  }));

test('replaces a failed pod, and all pods when the template changes', () =>
  withSet(async (cluster) => {
    await cluster.run();
    await cluster.end(cluster.pods()[0]?.metadata.name ?? '', 'Failed');
    await cluster.run();
    assert.equal(cluster.pods()[0]?.status.phase, 'Running');
    cluster.store.update<WorkloadObject>('daemonsets.apps', 'a', 'ds', (draft) => {
      const container = draft.spec.template?.spec?.containers?.[0];
      if (container !== undefined) container.image = 'i:2';
    });
    await cluster.settle();
    assert.deepEqual(
      cluster.pods().map((pod) => pod.spec.containers?.[0]?.image),
      ['i:2'],
    );
  }));
