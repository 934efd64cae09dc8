import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiredToken, readContinueToken, writeContinueToken } from './continue-token.ts';

const INVALID = 'invalid continue token: continue key is not valid: ';

function token(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

test('parses a token that it has written', () => {
  const written = writeContinueToken('pod-a\0', 12);
  assert.deepEqual(readContinueToken(written), { key: 'pod-a\0', resourceVersion: 12 });
});

const refusals: [name: string, token: string, problem: string][] = [
  ['invalid base64', '!!', 'illegal base64 data at input byte 0'],
  ['an incomplete base64 group', 'abcde', 'illegal base64 data at input byte 4'],
  ['invalid JSON', 'abc', "invalid character 'i' looking for beginning of value"],
  ['another version', token({ v: 'v9' }), 'server does not recognize this encoded version "v9"'],
  [
    'no resourceVersion',
    token({ v: 'meta.k8s.io/v1', start: 'a' }),
    'incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  ['no key', token({ v: 'meta.k8s.io/v1', rv: 1 }), 'encoded start key empty (version meta.k8s.io/v1)'],
  ['a key with ..', token({ v: 'meta.k8s.io/v1', rv: 1, start: '../a' }), '../a'],
];
for (const [name, text, problem] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(() => readContinueToken(text), { code: 400, message: `${INVALID}${problem}` });
  });
}

test('an expired token is refused with a token to continue inconsistently', () => {
  const { code, metadata } = expiredToken('a\0').toStatus();
  assert.equal(code, 410);
  assert.deepEqual(readContinueToken(String(metadata?.['continue'])), { key: 'a\0', resourceVersion: -1 });
});
