import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './element-order.ts';
import { applyJsonPatch, JsonPatchError, type Operation } from './json-patch.ts';

const cases: [name: string, operations: Operation[], expected: Json | undefined][] = [
  ['add to an object', [{ op: 'add', path: '/o/b', value: 2 }], { o: { a: 1, b: 2 }, l: [1, 2] }],
  ['add without a value', [{ op: 'add', path: '/o/b' }], { o: { a: 1, b: null }, l: [1, 2] }],
  ['append', [{ op: 'add', path: '/l/-', value: 3 }], { o: { a: 1 }, l: [1, 2, 3] }],
  ['insert', [{ op: 'add', path: '/l/0', value: 3 }], { o: { a: 1 }, l: [3, 1, 2] }],
  ['insert from the end', [{ op: 'add', path: '/l/-1', value: 3 }], { o: { a: 1 }, l: [1, 2, 3] }],
  ['insert beyond the end', [{ op: 'add', path: '/l/3', value: 3 }], undefined],
  ['add below a missing field', [{ op: 'add', path: '/x/y', value: 3 }], undefined],
  ['add below a number', [{ op: 'add', path: '/o/a/y', value: 3 }], undefined],
  ['remove', [{ op: 'remove', path: '/l/1' }], { o: { a: 1 }, l: [1] }],
  ['remove a missing field', [{ op: 'remove', path: '/o/x' }], undefined],
  ['replace', [{ op: 'replace', path: '/o/a', value: 5 }], { o: { a: 5 }, l: [1, 2] }],
  ['replace a missing field', [{ op: 'replace', path: '/o/x', value: 5 }], { o: { a: 1, x: 5 }, l: [1, 2] }],
  ['replace a missing item', [{ op: 'replace', path: '/l/2', value: 5 }], undefined],
  ['replace the document', [{ op: 'replace', path: '', value: {} }], {}],
  ['move', [{ op: 'move', from: '/o/a', path: '/l/0' }], { o: {}, l: [1, 1, 2] }],
  ['copy', [{ op: 'copy', from: '/o', path: '/p' }], { o: { a: 1 }, l: [1, 2], p: { a: 1 } }],
  ['a test that succeeds', [{ op: 'test', path: '/o', value: { a: 1 } }], { o: { a: 1 }, l: [1, 2] }],
  ['a test that fails', [{ op: 'test', path: '/o/a', value: '1' }], undefined],
  ['a test for a missing field', [{ op: 'test', path: '/o/x' }], { o: { a: 1 }, l: [1, 2] }],
  ['unescape keys', [{ op: 'add', path: '/a~1b~0c', value: 1 }], { o: { a: 1 }, l: [1, 2], 'a/b~c': 1 }],
  [
    'ignore the text before the first slash',
    [{ op: 'add', path: 'x/y', value: 1 }],
    { o: { a: 1 }, l: [1, 2], y: 1 },
  ],
  ['no slash', [{ op: 'add', path: 'x', value: 1 }], undefined],
  ['no path', [{ op: 'add', value: 1 }], undefined],
  ['no operation', [{ path: '/o/a', value: 1 }], undefined],
];
for (const [name, operations, expected] of cases) {
  test(name, () => {
    const apply = (): Json => applyJsonPatch({ o: { a: 1 }, l: [1, 2] }, operations);
    if (expected === undefined) assert.throws(apply, JsonPatchError);
    else assert.deepEqual(apply(), expected);
  });
}
