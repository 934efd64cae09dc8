import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as names from './names.ts';

type Check = (value: string) => string[];

const ROWS: readonly [string, Check, readonly string[], readonly string[]][] = [
  [
    'labels',
    names.dns1123Label,
    ['a', 'a-b', '0', 'a'.repeat(63)],
    ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'a'.repeat(64)],
  ],
  ['subdomains', names.dns1123Subdomain, ['a.b', 'a-b.c'], ['a..b', '.a', 'a.', 'A.b', 'a/b']],
  ['service names', names.dns1035Label, ['a', 'a0'], ['0a', '-a', 'a.b']],
  [
    'label keys',
    names.qualifiedName,
    ['a', 'A_b.c', 'x.io/a'],
    ['', '/a', 'a/', 'a/b/c', 'a b', 'X.io/a', '-a'],
  ],
  ['label values', names.labelValue, ['', 'a', 'A.b_c'], ['-a', 'a-', 'a b', 'a'.repeat(64)]],
  ['environment names', names.environmentName, ['A', 'a.b-c d', '1'], ['', 'A=B', 'ä', 'a\n']],
  ['config keys', names.configKey, ['a.b', 'A_b-c'], ['', '.', '..', '..a', 'a/b']],
  ['port names', names.portName, ['http', 'a-1'], ['', 'HTTP', '123', 'a--b', '-a', 'a'.repeat(16)]],
  ['path segments', names.pathSegment, ['a:b', 'system:x'], ['.', '..', 'a/b', 'a%b']],
];

for (const [what, check, good, bad] of ROWS) {
  for (const value of good)
    test(`${what}: ${JSON.stringify(value)} is valid`, () => assert.deepEqual(check(value), []));
  for (const value of bad) {
    test(`${what}: ${JSON.stringify(value.slice(0, 20))} is invalid`, () => {
      assert.notEqual(check(value).length, 0);
    });
  }
}

test('a name that is both too long and malformed has two errors', () => {
  assert.deepEqual(
    names.dns1123Label(`${'a'.repeat(63)}-`).map((message) => message.slice(0, 20)),
    ['must be no more than', 'a lowercase RFC 1123'],
  );
});

test('the error of a qualified name says which part is invalid', () => {
  assert.match(names.qualifiedName('/a')[0] ?? '', /^prefix part must be non-empty$/);
  assert.match(names.qualifiedName('a b')[0] ?? '', /^name part must consist of/);
});

test('ports and user ids out of range are invalid', () => {
  assert.deepEqual(names.portNumber(65_536), ['must be between 1 and 65535, inclusive']);
  assert.deepEqual(names.userId(-1), ['must be between 0 and 2147483647, inclusive']);
  assert.deepEqual(names.userId(0), []);
});
