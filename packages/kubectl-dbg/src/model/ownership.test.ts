import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  newSessionId,
  type Ownership,
  readOwnership,
  SESSION_ANNOTATION,
  withOwnership,
} from './ownership.ts';

const MARK: Ownership = {
  session: 'abc',
  workflow: 'copy',
  created: '2026-01-31T12:00:00.000Z',
  version: '1.0.0',
  source: { kind: 'Pod', namespace: 'shop', name: 'web', uid: 'u1' },
};

test('a mark is read back, and existing annotations are preserved', () => {
  const pod = withOwnership({ metadata: { annotations: { note: 'kept' } } }, MARK);
  assert.deepEqual(readOwnership(pod), MARK);
  assert.equal(pod.metadata.annotations.note, 'kept');
});

test('a foreign value is not a mark, and never throws', () => {
  const read = (value: string) =>
    readOwnership({ metadata: { annotations: { [SESSION_ANNOTATION]: value } } });
  for (const value of ['', 'null', '[]', '{"session":1}', `{"session":"${'x'.repeat(5000)}"}`]) {
    assert.equal(read(value), undefined);
  }
  assert.equal(read(JSON.stringify({ ...MARK, workflow: 'other' })), undefined);
  assert.equal(read(JSON.stringify({ ...MARK, source: { kind: 'Pod' } })), undefined);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (value) => read(value) === undefined));
});

test('ids are unique', () => {
  let next = 0;
  const draw = () => (next += 257);
  assert.match(newSessionId(draw), /^[0-9a-f]{20}$/);
  assert.notEqual(newSessionId(draw), newSessionId(draw));
});
