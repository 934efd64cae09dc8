import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '../resources/rules.ts';
import { impersonate } from './impersonation.ts';
import type { AccessRequest } from './rbac-types.ts';

const REQUEST: AccessRequest = {
  isResourceRequest: true,
  verb: 'list',
  path: '',
  group: '',
  namespace: 'a',
  resource: 'pods',
  subresource: '',
  name: '',
};
const SENDER: UserInfo = { name: 'boss', groups: ['system:authenticated'] };

/** Allows what is named, as `verb resource name`. */
function allowing(...allowed: string[]) {
  return (_user: UserInfo, { verb, resource, name }: AccessRequest) => ({
    allowed: allowed.includes('*') || allowed.includes(`${verb} ${resource} ${name}`.trim()),
    reason: '',
  });
}

test('without the headers one is oneself', () => {
  assert.equal(impersonate(SENDER, {}, REQUEST, allowing()), SENDER);
});

for (const [headers, expected] of [
  [{ 'impersonate-user': 'dan' }, { name: 'dan', groups: ['system:authenticated'] }],
  [
    { 'impersonate-user': 'dan', 'impersonate-group': ['x', 'y'] },
    { name: 'dan', groups: ['x', 'y', 'system:authenticated'] },
  ],
  [
    { 'impersonate-user': 'system:serviceaccount:ns:bot' },
    {
      name: 'system:serviceaccount:ns:bot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    },
  ],
  [
    { 'impersonate-user': 'system:anonymous' },
    { name: 'system:anonymous', groups: ['system:unauthenticated'] },
  ],
  [
    { 'impersonate-user': 'dan', 'impersonate-uid': '7', 'impersonate-extra-a%2fb': 'c' },
    { name: 'dan', groups: ['system:authenticated'], uid: '7', extra: { 'a/b': ['c'] } },
  ],
] as const) {
  test(`acts as ${JSON.stringify(headers)} asks`, () => {
    assert.deepEqual(impersonate(SENDER, headers, REQUEST, allowing('*')), expected);
  });
}

test('each thing that is claimed must be allowed', () => {
  const headers = { 'impersonate-user': 'dan', 'impersonate-group': 'x' };
  const message =
    'pods is forbidden: User "boss" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "a"';
  assert.throws(() => impersonate(SENDER, headers, REQUEST, allowing('impersonate users dan')), { message });
  const both = allowing('impersonate users dan', 'impersonate groups x');
  assert.equal(impersonate(SENDER, headers, REQUEST, both).name, 'dan');
});

test('the right may be for this request only', () => {
  const rights = ['impersonate-on:user-info:list pods', 'impersonate:user-info users dan'];
  const headers = { 'impersonate-user': 'dan' };
  assert.equal(impersonate(SENDER, headers, REQUEST, allowing(...rights)).name, 'dan');
  assert.throws(() => impersonate(SENDER, headers, { ...REQUEST, verb: 'delete' }, allowing(...rights)));
});

test('a group alone is nobody', () => {
  assert.throws(() => impersonate(SENDER, { 'impersonate-group': 'x' }, REQUEST, allowing('*')), {
    code: 500,
  });
});
