import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesFor } from '../../resources/registry.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { findResource } from '../discovery/resource-table.ts';
import { deleteObject } from './delete.ts';

const cases: [
  name: string,
  resource: [group: string, plural: string],
  before: string[] | undefined,
  policy: string | undefined,
  after: string[] | undefined,
][] = [
  ['a Deployment with the default policy', ['apps', 'deployments'], undefined, undefined, undefined],
  [
    'a Deployment in the foreground',
    ['apps', 'deployments'],
    undefined,
    'Foreground',
    ['foregroundDeletion'],
  ],
  ['a Deployment and orphans its dependents', ['apps', 'deployments'], ['a/b'], 'Orphan', ['a/b', 'orphan']],
  ['a Job with the default policy', ['batch', 'jobs'], undefined, undefined, ['orphan']],
  ['a Job in the background', ['batch', 'jobs'], undefined, 'Background', undefined],
  ['again with another policy', ['apps', 'deployments'], ['orphan'], 'Foreground', ['foregroundDeletion']],
  ['again with the earlier policy', ['apps', 'deployments'], ['orphan', 'a/b'], undefined, ['orphan', 'a/b']],
];
for (const [name, [group, plural], before, propagationPolicy, after] of cases) {
  test(`deletes ${name}`, () => {
    const resource = findResource(group, 'v1', plural);
    assert.ok(resource !== undefined);
    const store = new MemoryStore();
    store.create(resource.key, {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      metadata: { name: 'x', namespace: 'a', ...(before === undefined ? {} : { finalizers: before }) },
    });
    const user = { name: 'dev', groups: [] };
    const context = { store, user, now: () => new Date(), dryRun: false, warn: () => undefined };
    const write = { store, resource, rules: rulesFor(resource.key), namespace: 'a', context };
    const { object, gone } = deleteObject(write, 'x', {
      dryRun: false,
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    });
    assert.equal(gone, after === undefined);
    assert.deepEqual(object.metadata.finalizers, after);
  });
}
