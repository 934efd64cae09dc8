import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryStore } from '../store/memory-store.ts';
import type { KubeObject } from '../machinery/objects.ts';
import { startGarbageCollector } from './garbage-collector.ts';

const DEPLOYMENTS = 'deployments.apps';
const REPLICA_SETS = 'replicasets.apps';

function object(apiVersion: string, kind: string, name: string, owner?: KubeObject): KubeObject {
  const { apiVersion: from = '', kind: of = '', metadata } = owner ?? {};
  const reference = {
    apiVersion: from,
    kind: of,
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    controller: true,
  };
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: 'a',
      uid: name,
      ...(owner === undefined ? {} : { ownerReferences: [reference] }),
    },
  };
}

/** Deletes a Deployment in the foreground; returns the deletions that the garbage collector requests. */
async function deleteInForeground(withPod: boolean): Promise<string[]> {
  const store = new MemoryStore();
  const requested: string[] = [];
  const stop = startGarbageCollector(store, ({ kind }, _namespace, name, policy) => {
    requested.push(`${kind} ${name} ${policy ?? 'at once'}`);
  });
  const deployment = store.create(DEPLOYMENTS, object('apps/v1', 'Deployment', 'd'));
  const set = store.create(REPLICA_SETS, object('apps/v1', 'ReplicaSet', 'd-1', deployment));
  if (withPod) store.create('pods', object('v1', 'Pod', 'd-1-x', set));
  store.update<KubeObject>(DEPLOYMENTS, 'a', 'd', ({ metadata }) => {
    Object.assign(metadata, {
      deletionTimestamp: '2026-01-01T00:00:00Z',
      finalizers: ['foregroundDeletion'],
    });
  });
  await turn();
  await turn();
  stop();
  return requested;
}

test('a dependent that has dependents is also deleted in the foreground', async () => {
  assert.deepEqual(await deleteInForeground(true), ['ReplicaSet d-1 Foreground']);
});

test('a dependent without dependents is deleted at once', async () => {
  assert.deepEqual(await deleteInForeground(false), ['ReplicaSet d-1 at once']);
});
