import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strictErrors, warningsOf } from './strict-errors.ts';
import { readYaml } from './read-yaml.ts';

const cases: [name: string, text: string, unknown: string[], errors: string[]][] = [
  ['nothing', '{"a":{"b":[1,"}",{"c":null}]}}', [], []],
  ['a duplicate field', '{"a":1,"a":2}', [], ['duplicate field "a"']],
  [
    'duplicate fields of list items, each once',
    '{"l":[{"n":1},{"n":1,"n":2,"n":3}]}',
    [],
    ['duplicate field "l[1].n"'],
  ],
  [
    'unknown and duplicate fields in the order of the text',
    '{"m":{"n":"a","n":"b","x":1},"y":2}',
    ['y', 'm.x'],
    ['duplicate field "m.n"', 'unknown field "m.x"', 'unknown field "y"'],
  ],
  ['nothing below an unknown field', '{"x":{"a":1,"a":2}}', ['x'], ['unknown field "x"']],
  ['fields of a top-level list', '[{"op":"add","foo":1}]', ['[0].foo'], ['unknown field "[0].foo"']],
  ['quotes in names', String.raw`{"a\"b":1,"a\"b":2}`, [], ['duplicate field "a"b"']],
];
for (const [name, text, unknown, errors] of cases) {
  test(`strict decoding reports ${name}`, () => assert.deepEqual(strictErrors(text, unknown), errors));
}

test('a duplicate key in YAML causes one warning', () => {
  const { value, repeated } = readYaml('kind: A\nkind: Pod\n');
  assert.deepEqual(value, { kind: 'Pod' });
  assert.deepEqual(repeated, ['yaml: unmarshal errors:\n  line 2: key "kind" already set in map']);
  assert.deepEqual(repeated.flatMap(warningsOf), ['line 2: key "kind" already set in map']);
});
