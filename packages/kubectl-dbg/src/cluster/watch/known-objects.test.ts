import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownObjects, type WatchedObject } from './known-objects.ts';

const pod = (name: string, uid = name): WatchedObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid },
});

function show({ type, object }: { type: string; object: WatchedObject }): string {
  const { name, uid, namespace } = object.metadata ?? {};
  return `${type} ${object.kind} ${namespace ?? '-'}/${name} ${uid ?? '-'}`;
}

/** The events that result from a list. */
function list(known: KnownObjects, objects: readonly WatchedObject[], isWhole = true): string[] {
  known.beginList();
  const events = objects.flatMap((object) => [...known.listed(object)]);
  if (isWhole) events.push(...known.endList<WatchedObject>());
  return events.map(show);
}

test('a list shows which objects are changed, have another uid, or are gone', () => {
  const known = new KnownObjects();
  for (const name of ['a', 'b', 'c']) known.observe('ADDED', pod(name));
  known.observe('DELETED', pod('c'));
  assert.deepEqual(list(known, [pod('b', 'b2'), pod('d')]), [
    'DELETED Pod shop/b b',
    'MODIFIED Pod shop/b b2',
    'MODIFIED Pod shop/d d',
    'DELETED Pod shop/a a',
  ]);
  assert.deepEqual(list(known, []), ['DELETED Pod shop/b b2', 'DELETED Pod shop/d d']);
  assert.deepEqual(list(known, []), []);
  assert.equal(known.bytes, 0);
});

test('after a partial list, keeps the objects that it contained and those that it did not', () => {
  const known = new KnownObjects();
  known.observe('ADDED', pod('a'));
  known.observe('ADDED', pod('b'));
  assert.deepEqual(list(known, [pod('c'), pod('a')], false), [
    'MODIFIED Pod shop/c c',
    'MODIFIED Pod shop/a a',
  ]);
  assert.deepEqual(list(known, [pod('a')]), [
    'MODIFIED Pod shop/a a',
    'DELETED Pod shop/b b',
    'DELETED Pod shop/c c',
  ]);
});

test('returns objects without namespace or uid unchanged', () => {
  const known = new KnownObjects();
  known.observe('ADDED', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'vm' } });
  known.beginList();
  assert.deepEqual(
    [...known.endList()],
    [{ type: 'DELETED', object: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'vm' } } }],
  );
});

test('its memory use depends only on the current objects', () => {
  const known = new KnownObjects();
  for (let round = 0; round < 3; round += 1) {
    for (let index = 0; index < 100; index += 1)
      known.observe('MODIFIED', pod(`pod-${index}`, `uid-${round}`));
  }
  const { bytes } = known;
  assert.ok(bytes > 100 * 'shop/pod-10uid-1'.length);
  list(
    known,
    Array.from({ length: 100 }, (_, index) => pod(`pod-${index}`, 'uid-9')),
  );
  assert.equal(known.bytes, bytes);
});
