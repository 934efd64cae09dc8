import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structSchema } from '../../resources/schema/parse.ts';
import { removeAt } from './apply-fields.ts';
import type { Json, JsonObject } from './element-order.ts';
import { applyJsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

const original = (): JsonObject => ({ metadata: { labels: { a: 'b' } } });
const patch = JSON.parse('{"metadata":{"labels":{"__proto__":{"polluted":"yes"}}}}') as JsonObject;
const nothing = JSON.parse(
  '{"metadata":{"labels":{"$deleteFromPrimitiveList/__proto__":["x"],"$setElementOrder/__proto__":["x"]}}}',
) as JsonObject;

const kinds: [name: string, apply: () => Json][] = [
  ['strategic merge', () => strategicMerge(original(), patch, structSchema('Pod'))],
  ['strategic merge into an empty object', () => strategicMerge({}, patch, structSchema('Pod'))],
  ['merge', () => mergePatch(original(), patch)],
  [
    'JSON',
    () =>
      applyJsonPatch(original(), [
        { op: 'add', path: '/metadata/labels/__proto__', value: { polluted: 'no' } },
        { op: 'replace', path: '/metadata/labels/__proto__', value: { polluted: 'yes' } },
      ]),
  ],
];

for (const [name, apply] of kinds) {
  test(`a ${name} patch sets a property __proto__, not the prototype`, () => {
    const result = apply() as { metadata: { labels: JsonObject } };
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    const { labels } = result.metadata;
    assert.equal(Object.getPrototypeOf(labels), Object.prototype);
    assert.deepEqual(Object.getOwnPropertyDescriptor(labels, '__proto__')?.value, { polluted: 'yes' });
  });
}

test('removing a field below __proto__ does not change the prototype', () => {
  removeAt({ metadata: {} }, ['metadata', '__proto__', 'toLocaleString']);
  assert.ok(Object.hasOwn(Object.prototype, 'toLocaleString'));
});

test('directives for a missing property __proto__ change nothing', () => {
  const result = strategicMerge(original(), nothing, structSchema('Pod'));
  assert.deepEqual(Object.keys((result as { metadata: { labels: JsonObject } }).metadata.labels), ['a']);
});
