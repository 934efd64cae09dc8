import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../store/memory-store.ts';
import { startNodeLease } from './node-lease.ts';

test('the lease is renewed every 10 s, until the kubelet stops', (context) => {
  context.mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.UTC(2026, 0, 1) });
  const store = new MemoryStore();
  store.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'vm' } });
  const renewed = () => {
    const lease = store.get('leases.coordination.k8s.io', 'kube-node-lease', 'vm');
    return (lease?.['spec'] as { renewTime: string } | undefined)?.renewTime;
  };
  const stop = startNodeLease(store, 'vm', () => new Date());
  assert.equal(renewed(), '2026-01-01T00:00:00.000000Z');
  context.mock.timers.tick(10_000);
  assert.equal(renewed(), '2026-01-01T00:00:10.000000Z');
  stop();
  context.mock.timers.tick(60_000);
  assert.equal(renewed(), '2026-01-01T00:00:10.000000Z');
  const node = store.get('nodes', undefined, 'vm');
  const lease = store.get('leases.coordination.k8s.io', 'kube-node-lease', 'vm');
  assert.equal(lease?.metadata.ownerReferences?.[0]?.uid, node?.metadata.uid);
});
