import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../machinery/objects.ts';
import { startEndpoints } from './endpoints.ts';
import { startQuotaStatus } from './quota-status.ts';
import { createCluster, type TestCluster } from './testing/cluster.ts';

function createPod(cluster: TestCluster, name: string, labels: Record<string, string>): void {
  cluster.store.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'a', labels },
    spec: { nodeName: 'vm', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] },
    status: { phase: 'Pending' },
  });
}

test('the endpoints of a Service are the ready pods that it selects', async () => {
  const cluster = createCluster();
  const stop = startEndpoints(cluster.client);
  cluster.create('', 'services', 'Service', 's', {
    selector: { app: 'x' },
    ports: [{ port: 80, targetPort: 'web' }],
  });
  createPod(cluster, 'one', { app: 'x' });
  createPod(cluster, 'other', { app: 'y' });
  await cluster.run('one', 'other');
  const uid = cluster.get('pods', 'one').metadata.uid;
  const targetRef = { kind: 'Pod', namespace: 'a', name: 'one', uid };
  assert.deepEqual(cluster.get('endpoints', 's')['subsets'], [
    { addresses: [{ ip: '10.0.0.1', nodeName: 'vm', targetRef }], ports: [{ port: 8080, protocol: 'TCP' }] },
  ]);
  const [slice] = cluster.store.list<KubeObject>('endpointslices.discovery.k8s.io', 'a');
  assert.equal(slice?.metadata.labels?.['kubernetes.io/service-name'], 's');
  assert.deepEqual(slice['endpoints'], [
    {
      addresses: ['10.0.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef,
      nodeName: 'vm',
    },
  ]);
  assert.deepEqual(slice['ports'], [{ name: '', protocol: 'TCP', port: 8080 }]);
  cluster.store.remove('pods', 'a', 'one');
  await cluster.settle();
  assert.equal(cluster.get('endpoints', 's')['subsets'], undefined);
  cluster.store.remove('services', 'a', 's');
  await cluster.settle();
  assert.equal(cluster.store.get('endpoints', 'a', 's'), undefined);
  stop();
});

test("a ResourceQuota's status has the usage", async () => {
  const cluster = createCluster();
  const stop = startQuotaStatus(cluster.client);
  cluster.create('', 'resourcequotas', 'ResourceQuota', 'q', {
    hard: { pods: '2', 'count/configmaps': '5' },
  });
  await cluster.settle();
  assert.deepEqual(cluster.get('resourcequotas', 'q')['status'], {
    hard: { 'count/configmaps': '5', pods: '2' },
    used: { 'count/configmaps': '0', pods: '0' },
  });
  createPod(cluster, 'one', {});
  await cluster.settle();
  const { used } = cluster.get('resourcequotas', 'q')['status'] as { used: Record<string, string> };
  assert.equal(used['pods'], '1');
  stop();
});
