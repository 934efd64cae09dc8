import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '../resources/rules.ts';
import { impersonate } from './impersonation.ts';
import type { AccessRequest } from './access-request.ts';

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

/** Allows the given requests, each as `verb resource name`. */
function allowing(...allowed: string[]) {
  return (_user: UserInfo, { verb, resource, name }: AccessRequest) => ({
    allowed: allowed.includes('*') || allowed.includes(`${verb} ${resource} ${name}`.trim()),
    reason: '',
  });
}

test('without the headers, the user is the sender', () => {
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
    { 'impersonate-user': 'system:node:vm' },
    { name: 'system:node:vm', groups: ['system:nodes', 'system:authenticated'] },
  ],
  [
    { 'impersonate-user': 'dan', 'impersonate-group': 'system:masters' },
    { name: 'dan', groups: ['system:masters', 'system:authenticated'] },
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
  test(`impersonates ${JSON.stringify(headers)}`, () => {
    assert.deepEqual(impersonate(SENDER, headers, REQUEST, allowing('*')), expected);
  });
}

const refusals: [name: string, headers: Record<string, string>, rights: string[], message: string][] = [
  [
    'with the message of the first mode',
    { 'impersonate-user': 'dan', 'impersonate-group': 'x' },
    ['impersonate users dan'],
    'pods is forbidden: User "boss" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "a"',
  ],
  [
    'a user, although the request itself is allowed',
    { 'impersonate-user': 'dan' },
    ['impersonate-on:user-info:list pods'],
    'users.authentication.k8s.io "dan" is forbidden: User "boss" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
  ],
  [
    'a group without permission to impersonate it',
    { 'impersonate-user': 'dan', 'impersonate-group': 'system:masters' },
    ['impersonate-on:user-info:list pods', 'impersonate:user-info users dan'],
    'groups.authentication.k8s.io "system:masters" is forbidden: User "boss" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed',
  ],
  [
    'a node',
    { 'impersonate-user': 'system:node:vm' },
    [],
    'pods is forbidden: User "boss" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" in the namespace "a"',
  ],
  [
    'a service account',
    { 'impersonate-user': 'system:serviceaccount:ns:bot' },
    [],
    'pods is forbidden: User "boss" cannot impersonate-on:serviceaccount:list resource "pods" in API group "" in the namespace "a"',
  ],
  [
    'a service account with a group',
    { 'impersonate-user': 'system:serviceaccount:ns:bot', 'impersonate-group': 'x' },
    [],
    'serviceaccounts "bot" is forbidden: User "boss" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
  ],
  [
    'a group without a user',
    { 'impersonate-group': 'x' },
    ['*'],
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"x"}, Extra:map[string][]string(nil)} without impersonating a user name',
  ],
  [
    'an extra without a user',
    { 'impersonate-extra-a%2fb': 'c' },
    ['*'],
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string(nil), Extra:map[string][]string{"a/b":[]string{"c"}}} without impersonating a user name',
  ],
];
for (const [name, headers, rights, message] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(() => impersonate(SENDER, headers, REQUEST, allowing(...rights)), { message });
  });
}

test('legacy impersonation is allowed by rights to each impersonated attribute', () => {
  const headers = { 'impersonate-user': 'dan', 'impersonate-group': 'x' };
  const both = allowing('impersonate users dan', 'impersonate groups x');
  assert.equal(impersonate(SENDER, headers, REQUEST, both).name, 'dan');
});

test('constrained impersonation can be allowed for this request only', () => {
  const rights = ['impersonate-on:user-info:list pods', 'impersonate:user-info users dan'];
  const headers = { 'impersonate-user': 'dan' };
  assert.equal(impersonate(SENDER, headers, REQUEST, allowing(...rights)).name, 'dan');
  assert.throws(() => impersonate(SENDER, headers, { ...REQUEST, verb: 'delete' }, allowing(...rights)));
});
