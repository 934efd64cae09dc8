import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from './memory-store.ts';
import type { KubeObject } from '../machinery/objects.ts';

function pod(name: string, namespace = 'a'): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: {} };
}

test('create sets uid, resourceVersion and a creationTimestamp in whole seconds', () => {
  const store = new MemoryStore({ now: () => new Date('2026-01-02T03:04:05.678Z') });
  const { metadata } = store.create('pods', pod('one'));
  assert.match(metadata.uid ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(metadata.creationTimestamp, '2026-01-02T03:04:05Z');
  assert.equal(metadata.resourceVersion, String(store.resourceVersion));
});

test('create refuses a name that exists in the same namespace', () => {
  const store = new MemoryStore();
  store.create('pods', pod('one'));
  store.create('pods', pod('one', 'b'));
  assert.throws(() => store.create('pods', pod('one')), {
    code: 409,
    reason: 'AlreadyExists',
    message: 'pods "one" already exists',
  });
});

test('list sorts by namespace, then name', () => {
  const store = new MemoryStore();
  for (const [namespace, name] of [
    ['b', 'x'],
    ['a', 'y'],
    ['a', 'x-1'],
    ['a', 'x'],
  ] as const) {
    store.create('pods', pod(name, namespace));
  }
  const names = store.list('pods').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(names, ['a/x', 'a/x-1', 'a/y', 'b/x']);
  assert.equal(store.list('pods', 'b').length, 1);
});

test('returned objects are frozen, and an update does not change earlier copies', () => {
  const store = new MemoryStore();
  const before = store.create('pods', pod('one'));
  assert.throws(() => {
    before.metadata.labels = { a: 'b' };
  }, TypeError);
  store.update('pods', 'a', 'one', (draft) => {
    draft.metadata.labels = { a: 'b' };
  });
  assert.equal(before.metadata.labels, undefined);
  assert.deepEqual(store.get('pods', 'a', 'one')?.metadata.labels, { a: 'b' });
});

test('an update without a change emits no event and keeps the resourceVersion', () => {
  const store = new MemoryStore();
  store.create('pods', pod('one'));
  const { resourceVersion } = store;
  store.update('pods', 'a', 'one', (draft) => {
    draft['spec'] = {};
  });
  assert.equal(store.resourceVersion, resourceVersion);
});

test('listeners receive every change in order, including changes by listeners', () => {
  const store = new MemoryStore();
  const seen: string[] = [];
  store.subscribe('pods', ({ type, object }) => {
    if (type === 'ADDED') {
      store.update('pods', 'a', object.metadata.name ?? '', (draft) => {
        draft['seen'] = true;
      });
    }
  });
  const stop = store.subscribe('pods', ({ type, resourceVersion }) =>
    seen.push(`${type} ${resourceVersion}`),
  );
  store.create('pods', pod('one'));
  store.remove('pods', 'a', 'one');
  stop();
  store.create('pods', pod('two'));
  const start = store.resourceVersion - 5;
  assert.deepEqual(seen, [`ADDED ${start + 1}`, `MODIFIED ${start + 2}`, `DELETED ${start + 3}`]);
});

test('eventsSince returns the events after a resourceVersion, and undefined after compaction', () => {
  const store = new MemoryStore({ historyCapacity: 8 });
  const start = Number(store.create('pods', pod('p0')).metadata.resourceVersion);
  for (let index = 1; index < 8; index += 1) store.create('pods', pod(`p${index}`));
  const names = store.eventsSince('pods', start + 5)?.map(({ object }) => object.metadata.name);
  assert.deepEqual(names, ['p6', 'p7']);
  store.create('pods', pod('p8'));
  assert.equal(store.eventsSince('pods', start), undefined);
  store.compact();
  assert.deepEqual(store.eventsSince('pods', store.resourceVersion), []);
});
