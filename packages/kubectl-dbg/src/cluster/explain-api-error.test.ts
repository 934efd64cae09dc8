import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from 'kubectl-dbg-wire';
import { ApiStatusError } from './api-status-error.ts';
import type { ApiCall } from './api-status-error.ts';
import { describeCall } from './describe-call.ts';
import type { ApiCallDescription } from './describe-call.ts';
import { explainApiError } from './explain-api-error.ts';

const POD = '/api/v1/namespaces/shop/pods/web';

const rows: [
  name: string,
  code: number,
  call: ApiCall,
  message: string,
  expected: { kind: string; message?: string; remedy?: RegExp | undefined },
][] = [
  [
    'bad credentials',
    401,
    { method: 'GET', path: POD },
    'Unauthorized',
    {
      kind: 'refused',
      message: 'cannot x: Unauthorized',
      remedy: /Log in again: the server https:\/\/s does not know/,
    },
  ],
  [
    'a right that lacks',
    403,
    { method: 'PATCH', path: `${POD}/ephemeralcontainers?fieldManager=x` },
    'pods "web" is forbidden: User "dan" cannot patch resource "pods/ephemeralcontainers" in API group "" in the namespace "shop"',
    { kind: 'refused', remedy: /^Ask for the right to patch pods\/ephemeralcontainers in namespace shop$/ },
  ],
  [
    'the right to attach, refused without a reason',
    403,
    { method: 'GET', path: `${POD}/attach?container=c` },
    'pods "web" is forbidden: ',
    { kind: 'refused', remedy: /^Ask for the right to create pods\/attach in namespace shop$/ },
  ],
  [
    'a right in a group, for the whole cluster',
    403,
    { method: 'GET', path: '/base/apis/apps/v1/deployments?watch=true' },
    'deployments.apps is forbidden: User "dan" cannot watch resource "deployments" in API group "apps" at the cluster scope',
    { kind: 'refused', remedy: /^Ask for the right to watch deployments of apps in the whole cluster$/ },
  ],
  [
    'the Pod Security of a namespace, which no right changes',
    403,
    { method: 'POST', path: '/api/v1/namespaces/shop/pods' },
    'pods "p" is forbidden: violates PodSecurity "restricted:latest": privileged',
    { kind: 'refused', remedy: /--profile=auto/ },
  ],
  [
    'another admission policy',
    403,
    { method: 'POST', path: '/api/v1/namespaces/shop/pods' },
    'admission webhook "x" denied the request: no',
    { kind: 'refused', remedy: undefined },
  ],
  [
    'nothing there',
    404,
    { method: 'GET', path: POD },
    'pods "web" not found',
    { kind: 'notFound', remedy: /-n/ },
  ],
  [
    'invalid',
    422,
    { method: 'PATCH', path: POD },
    'Pod "web" is invalid',
    { kind: 'usage', remedy: /Correct/ },
  ],
  ['conflict', 409, { method: 'POST', path: POD }, 'exists', { kind: 'refused', remedy: undefined }],
  ['too many', 429, { method: 'GET', path: POD }, 'x', { kind: 'unreachable', remedy: /overloaded/ }],
  ['trouble', 500, { method: 'GET', path: POD }, 'x', { kind: 'unreachable', remedy: /later/ }],
  ['too late', 504, { method: 'GET', path: POD }, 'x', { kind: 'deadline', remedy: /later/ }],
  ['teapot', 418, { method: 'GET', path: POD }, 'x', { kind: 'refused', remedy: undefined }],
];

for (const [name, code, call, message, expected] of rows) {
  test(`explains ${name} (${code})`, () => {
    const status: Status = { kind: 'Status', status: 'Failure', code, message };
    const error = explainApiError(new ApiStatusError(code, status, call), {
      action: 'x',
      server: 'https://s',
    });
    assert.equal(error.kind, expected.kind);
    if (expected.message !== undefined) assert.equal(error.message, expected.message);
    else assert.ok(error.message.includes(message.trim()));
    if (expected.remedy === undefined) assert.equal(error.remedy, undefined);
    else assert.match(error.remedy ?? '', expected.remedy);
  });
}

test('what a path holds is made safe', () => {
  const call: ApiCall = { method: 'GET', path: '/api/v1/namespaces/%1b[2J/pods/x' };
  const error = new ApiStatusError(403, { message: 'pods is forbidden: ' }, call);
  assert.match(explainApiError(error).remedy ?? '', /namespace \\x1b\[2J$/);
});

const calls: [method: ApiCall['method'], path: string, expected: Partial<ApiCallDescription> | undefined][] =
  [
    [
      'GET',
      POD,
      { verb: 'get', group: '', resource: 'pods', name: 'web', namespace: 'shop', subresource: undefined },
    ],
    ['GET', '/api/v1/namespaces/shop/pods', { verb: 'list', resource: 'pods', name: undefined }],
    ['GET', '/api/v1/namespaces/shop/pods?watch=1', { verb: 'watch' }],
    ['GET', '/api/v1/namespaces/shop/pods?watch=false', { verb: 'list' }],
    [
      'GET',
      '/api/v1/namespaces/shop',
      { verb: 'get', resource: 'namespaces', name: 'shop', namespace: undefined },
    ],
    ['GET', '/api/v1/namespaces', { verb: 'list', resource: 'namespaces', namespace: undefined }],
    ['POST', '/api/v1/pods', { verb: 'create', resource: 'pods' }],
    ['PUT', POD, { verb: 'update' }],
    ['DELETE', POD, { verb: 'delete' }],
    ['GET', '/api/v1/nodes/a%2Fb', { resource: 'nodes', name: 'a/b' }],
    ['GET', '/api/v1/nodes/%zz', { name: '%zz' }],
    ['GET', '/apis/apps/v1/namespaces/shop/deployments/x/scale', { group: 'apps', subresource: 'scale' }],
    ['GET', '/version', undefined],
  ];

for (const [method, path, expected] of calls) {
  test(`reads what is asked for off ${method} ${path}`, () => {
    const found = describeCall(method, path);
    if (expected === undefined) assert.equal(found, undefined);
    else assert.deepEqual({ ...found, ...expected }, found);
  });
}
