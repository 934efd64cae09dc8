import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStreamable, negotiate } from './negotiate.ts';

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

for (const [accept, mediaType] of [
  [undefined, JSON_TYPE],
  ['', JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  [YAML_TYPE, YAML_TYPE],
  ['Application/YAML', YAML_TYPE],
  ['text/html, */*;q=0.1', JSON_TYPE],
  ['application/json;q=0.5, application/yaml', YAML_TYPE],
  ['*/*, application/yaml', YAML_TYPE],
  [PROTOBUF, PROTOBUF],
  [`${PROTOBUF},application/json`, PROTOBUF],
  [`${PROTOBUF};q=0.5,application/json`, JSON_TYPE],
  // Tables are not available as protobuf.
  [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io`, JSON_TYPE],
  [`${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, PROTOBUF],
] as const) {
  test(`negotiates ${mediaType} for "${accept}"`, () => assert.equal(negotiate(accept).mediaType, mediaType));
}

for (const accept of [
  'application/xml',
  'text/html',
  'application/json;as=Nosuch;g=meta.k8s.io;v=v1',
  'application/json;as=Table',
  `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io`,
]) {
  test(`refuses ${accept}`, () => {
    assert.throws(() => negotiate(accept), { code: 406, message: /^only the following media types are/ });
  });
}

test('chooses the first supported transform', () => {
  const accept = 'application/json;as=Table;v=v9;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io';
  assert.deepEqual(negotiate(accept), {
    mediaType: JSON_TYPE,
    as: 'Table',
    group: 'meta.k8s.io',
    version: 'v1',
  });
});

test('refuses a watch as YAML', () => {
  assert.throws(() => checkStreamable({ mediaType: YAML_TYPE }), { code: 406, message: /;stream=watch, / });
  checkStreamable({ mediaType: JSON_TYPE });
});
