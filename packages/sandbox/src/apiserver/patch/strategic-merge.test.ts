import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { structSchema } from '../../resources/schema/parse.ts';
import type { JsonObject } from './element-order.ts';
import { strategicMerge } from './strategic-merge.ts';

const POD = structSchema('Pod');

function containers(...names: string[]): JsonObject {
  return { spec: { containers: names.map((name) => ({ name, image: 'a' })) } };
}

function merged(original: JsonObject, patch: JsonObject): JsonObject {
  return strategicMerge(original, patch, POD);
}

const cases: [name: string, original: JsonObject, patch: JsonObject, result: JsonObject][] = [
  ['a new item precedes the old ones', containers('a'), containers('b'), containers('b', 'a')],
  [
    'missing fields are added',
    { spec: {} },
    { spec: { ephemeralContainers: [{ name: 'd', image: 'x' }] } },
    { spec: { ephemeralContainers: [{ name: 'd', image: 'x' }] } },
  ],
  [
    'an item is changed in place',
    containers('a', 'b', 'c'),
    { spec: { containers: [{ name: 'b', tty: true }] } },
    {
      spec: {
        containers: [
          { name: 'a', image: 'a' },
          { name: 'b', image: 'a', tty: true },
          { name: 'c', image: 'a' },
        ],
      },
    },
  ],
  [
    '$patch: delete removes an item',
    containers('a', 'b'),
    { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
    containers('b'),
  ],
  [
    '$patch: replace replaces the list',
    containers('a', 'b'),
    { spec: { containers: [{ $patch: 'replace' }, { name: 'c', image: 'a' }] } },
    containers('c'),
  ],
  [
    '$patch: replace replaces a map',
    { metadata: { labels: { a: '1' } } },
    { metadata: { labels: { $patch: 'replace', b: '2' } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    '$setElementOrder orders existing items',
    containers('a', 'b'),
    { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } },
    containers('b', 'a'),
  ],
  [
    '$setElementOrder orders a merge',
    containers('a'),
    {
      spec: {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
        containers: [{ name: 'b', image: 'a' }],
      },
    },
    containers('a', 'b'),
  ],
  [
    '$retainKeys drops the other members of a union',
    { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
    { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/' } }] } },
    { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
  ],
  [
    'lists of scalars with a merge strategy are merged as sets',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { finalizers: ['b', 'c'] } },
    { metadata: { finalizers: ['a', 'b', 'c'] } },
  ],
  [
    '$deleteFromPrimitiveList removes from a set',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: { finalizers: ['b'] } },
  ],
  [
    'lists without a merge key are replaced',
    { spec: { tolerations: [{ key: 'a' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
  ],
  [
    'null removes',
    { metadata: { labels: { a: '1', b: '2' } } },
    { metadata: { labels: { a: null } } },
    { metadata: { labels: { b: '2' } } },
  ],
  [
    'nulls in new maps are dropped',
    { metadata: {} },
    { metadata: { labels: { a: null, b: '2' } } },
    { metadata: { labels: { b: '2' } } },
  ],
];
for (const [name, original, patch, result] of cases) {
  test(name, () => assert.deepEqual(merged(original, patch), result));
}

const refusals: [name: string, item: JsonObject, message: string][] = [
  [
    'an item without its merge key',
    { image: 'x' },
    'map: map[image:x] does not contain declared merge key: name',
  ],
  [
    'an unknown directive',
    { $patch: 'nosuch', name: 'a' },
    'unknown patch type: nosuch in map: map[$patch:nosuch name:a]',
  ],
  [
    'the directive merge in a list',
    { $patch: 'merge', name: 'a' },
    'merging lists cannot yet be specified in the patch',
  ],
  [
    'the directive delete without the merge key',
    { $patch: 'delete' },
    'map: map[$patch:delete] does not contain declared merge key: name',
  ],
];
for (const [name, item, message] of refusals) {
  test(`refuses ${name}`, () => {
    const merge = (): unknown => merged(containers('a'), { spec: { containers: [item] } });
    assert.throws(merge, { code: 500, message });
  });
}

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));

test('a merge keeps every item once, and without shared items the order of both sides', () => {
  fc.assert(
    fc.property(names, names, (before, patch) => {
      const own = before.filter((name) => !patch.includes(name));
      const { spec } = merged(containers(...own), containers(...patch)) as {
        spec: { containers?: { name: string }[] };
      };
      const order = (spec.containers ?? []).map(({ name }) => name);
      assert.deepEqual(order, [...patch, ...own]);
    }),
  );
});

test('a patch is idempotent, and changes neither argument', () => {
  fc.assert(
    fc.property(names, names, (before, patch) => {
      const original = containers(...before);
      const change = containers(...patch);
      const copies = structuredClone([original, change]);
      const once = merged(original, change);
      assert.deepEqual([original, change], copies);
      assert.deepEqual(merged(once, change), once);
    }),
  );
});
