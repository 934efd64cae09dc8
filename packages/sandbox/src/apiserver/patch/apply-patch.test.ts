import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structSchema } from '../../resources/schema/parse.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { patchTypeOf, readPatch } from './apply-patch.ts';

const POD = { group: '', kind: 'Pod', apiVersion: 'v1', schema: structSchema('Pod') };
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

const IGNORE = { fieldValidation: 'Ignore', warn: () => undefined } as const;

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels: { a: '1' } },
  spec: { containers: [{ name: 'c', image: 'x' }] },
  status: {},
};

function patched(type: string, body: unknown): KubeObject {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readPatch(patchTypeOf(type), Buffer.from(text), POD, IGNORE).apply(pod);
}

test('each type of patch can change a label', () => {
  const labels = { a: '1', b: '2' };
  for (const [type, body] of [
    [JSON_PATCH, [{ op: 'add', path: '/metadata/labels/b', value: '2' }]],
    [MERGE, { metadata: { labels: { b: '2' } } }],
    [STRATEGIC, { metadata: { labels: { b: '2' } } }],
  ] as const) {
    assert.deepEqual(patched(type, body).metadata.labels, labels, type);
  }
});

test('a strategic merge patch cannot change the kind', () => {
  assert.equal(patched(STRATEGIC, { kind: 'Service' }).kind, 'Pod');
});

test('unknown fields are dropped with a warning, or refused', () => {
  const body = Buffer.from('{"spec":{"nosuch":1}}');
  const warnings: string[] = [];
  const warn = (text: string): number => warnings.push(text);
  const { spec } = readPatch(MERGE, body, POD, { fieldValidation: 'Warn', warn }).apply(pod);
  assert.equal((spec as { nosuch?: unknown }).nosuch, undefined);
  assert.deepEqual(warnings, ['unknown field "spec.nosuch"']);
  const strict = readPatch(STRATEGIC, body, POD, { fieldValidation: 'Strict', warn });
  assert.throws(() => strict.apply(pod), {
    code: 422,
    message:
      ' "" is invalid: patch: Invalid value: "map[spec:map[nosuch:1]]": strict decoding error: unknown field "spec.nosuch"',
  });
});

const refusals: [name: string, type: string | undefined, body: unknown, code: number, message: RegExp][] = [
  ['another content type', 'application/json', {}, 415, /^415: Unsupported Media Type$/],
  ['no content type', undefined, {}, 415, /^415: Unsupported Media Type$/],
  [
    'a patch that is not JSON',
    MERGE,
    'oops',
    400,
    /error decoding patch: invalid character 'o' looking for beginning of value/,
  ],
  ['a list instead of an object', MERGE, [], 400, /cannot unmarshal array/],
  ['an object instead of a list', JSON_PATCH, {}, 400, /cannot unmarshal object/],
  [
    'a failed test',
    JSON_PATCH,
    [{ op: 'test', path: '/metadata/name', value: 'q' }],
    422,
    /the server rejected our request due to an error in our request/,
  ],
  ['a missing path', JSON_PATCH, [{ op: 'remove', path: '/spec/nosuch' }], 422, /rejected our request/],
  [
    'a wrong type, with the message for this type of patch',
    STRATEGIC,
    { spec: { containers: [{ name: 'c', tty: 1 }] } },
    422,
    /^ "" is invalid: patch: Invalid value: "map\[spec:map\[containers:\[map\[name:c tty:1\]\]\]\]": unrecognized type: bool$/,
  ],
];
const APPLY = 'application/apply-patch+yaml';
refusals.push(
  [
    'another kind',
    MERGE,
    { kind: 'Service' },
    422,
    /: converting \(v1\.Service\) to \(core\.Pod\): unknown conversion$/,
  ],
  [
    'an unknown version',
    MERGE,
    { apiVersion: 'v2' },
    422,
    /no kind "Pod" is registered for version "v2" in scheme/,
  ],
  ['null as a merge patch', MERGE, 'null', 400, /^Invalid JSON Patch$/],
  [
    'a configuration without a version',
    APPLY,
    { kind: 'Pod' },
    400,
    /^Incorrect version specified in apply patch\. Specified patch version: , expected: v1$/,
  ],
  [
    'a configuration without a kind',
    APPLY,
    { apiVersion: 'v1', metadata: { name: 'p' } },
    500,
    /^failed to create typed patch object \(\/p; \/v1, Kind=\): no corresponding type for \/v1, Kind=$/,
  ],
  [
    'unknown fields of a configuration',
    APPLY,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', nosuch: 1 }] },
    },
    500,
    /: \.spec\.containers\[name="c"\]\.nosuch: field not declared in schema$/,
  ],
);
for (const [name, type, body, code, message] of refusals) {
  test(`refuses ${name}`, () => {
    const apply = (): unknown => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return readPatch(patchTypeOf(type), Buffer.from(text), POD, IGNORE).apply(pod);
    };
    assert.throws(apply, (error: Error & { code: number }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}
