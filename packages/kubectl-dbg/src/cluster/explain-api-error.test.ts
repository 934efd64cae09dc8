import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from 'kubectl-dbg-wire';
import { isAdmissionDenial } from './admission-denial.ts';
import { ApiStatusError } from './api-status-error.ts';
import type { AnswerForm, ApiCall } from './api-status-error.ts';
import { describeCall } from './describe-call.ts';
import type { ApiCallDescription } from './describe-call.ts';
import { explainApiError } from './explain-api-error.ts';
import { told } from '../testing/told.ts';

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
      remedy: /Log in again: the server https:\/\/s does not accept/,
    },
  ],
  [
    'a missing right',
    403,
    { method: 'PATCH', path: `${POD}/ephemeralcontainers?fieldManager=x` },
    'pods "web" is forbidden: User "dan" cannot patch resource "pods/ephemeralcontainers" in API group "" in the namespace "shop"',
    {
      kind: 'refused',
      remedy:
        /^Ask for the right to patch pods\/ephemeralcontainers in namespace shop; print a role for it with: kubectl dbg doctor --role-yaml=debug -n shop$/,
    },
  ],
  [
    'the right to attach, refused without a reason',
    403,
    { method: 'GET', path: `${POD}/attach?container=c` },
    'pods "web" is forbidden: ',
    {
      kind: 'refused',
      remedy:
        /^Ask for the right to create pods\/attach in namespace shop; print a role for it with: kubectl dbg doctor --role-yaml=attach -n shop$/,
    },
  ],
  [
    'a right in an API group, for the whole cluster',
    403,
    { method: 'GET', path: '/base/apis/apps/v1/deployments?watch=true' },
    'deployments.apps is forbidden: User "dan" cannot watch resource "deployments" in API group "apps" at the cluster scope',
    {
      kind: 'refused',
      remedy:
        /^Ask for the right to watch deployments\.apps in the whole cluster; print a role for it with: kubectl dbg doctor '--role-yaml=watch deployments\.apps' -A$/,
    },
  ],
  [
    'Pod Security of a namespace, regardless of rights',
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
    { kind: 'refused', remedy: /--profile=auto/ },
  ],
  [
    'a missing object',
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
  ['conflict', 409, { method: 'POST', path: POD }, 'exists', { kind: 'refused', remedy: /^Try again$/ }],
  ['too many', 429, { method: 'GET', path: POD }, 'x', { kind: 'unreachable', remedy: /overloaded/ }],
  ['trouble', 500, { method: 'GET', path: POD }, 'x', { kind: 'unreachable', remedy: /later/ }],
  ['too late', 504, { method: 'GET', path: POD }, 'x', { kind: 'deadline', remedy: /later/ }],
  ['teapot', 418, { method: 'GET', path: POD }, 'x', { kind: 'refused', remedy: /^Try again; .*-v=6/ }],
];

const POLICIES = [
  'admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/shop/web was blocked',
  'admission webhook "validation.gatekeeper.sh" denied the request: [psp] privileged: web',
  'admission webhook "x" denied the request without explanation',
  `pods "web" is forbidden: ValidatingAdmissionPolicy 'no-attach' with binding 'no-attach' denied request: a ticket is needed`,
];
for (const message of POLICIES) {
  for (const code of [400, 401, 403, 404, 409, 418, 422, 429, 500]) {
    const writes: [call: ApiCall, remedy: RegExp][] = [
      [{ method: 'POST', path: '/api/v1/namespaces/shop/pods' }, /--profile=auto/],
      [{ method: 'PATCH', path: `${POD}/ephemeralcontainers` }, /--profile=auto/],
      [{ method: 'GET', path: `${POD}/attach?container=c` }, /exemption/],
    ];
    for (const [call, remedy] of writes) {
      rows.push([`a policy on ${call.method}: ${message}`, code, call, message, { kind: 'refused', remedy }]);
    }
  }
}

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
    if (expected.remedy === undefined) assert.equal(told(error).remedy, undefined);
    else assert.match(told(error).remedy ?? '', expected.remedy);
  });
}

const denials: [message: string, code: number, isDenial: boolean][] = [
  ...POLICIES.map((message): [string, number, boolean] => [message, 400, true]),
  ['pods "p" is forbidden: violates PodSecurity "restricted:latest": privileged', 403, true],
  ['pods "p" is forbidden: exceeded quota: pods', 403, true],
  ['pods "p" is forbidden: unable to validate against any security context constraint', 403, true],
  ['Pod "web" is invalid: spec.containers[0].image: Required value', 422, false],
  ['json: cannot unmarshal string into Go value', 400, false],
  ['pods is forbidden: User "dan" cannot create resource "pods" in API group ""', 403, false],
  ['users "a" is forbidden: User "dan" cannot impersonate resource "users"', 403, false],
  ['', 403, false],
];
for (const [message, code, isDenial] of denials) {
  test(`${isDenial ? 'a policy' : 'not a policy'}: ${code} ${message}`, () => {
    const call: ApiCall = { method: 'POST', path: '/api/v1/namespaces/shop/pods' };
    const error = new ApiStatusError(code, { kind: 'Status', message }, call);
    assert.equal(isAdmissionDenial(error), isDenial);
  });
}

test('does not blame the new debug container if a policy rejects an older one', () => {
  const call: ApiCall = { method: 'PATCH', path: `${POD}/ephemeralcontainers` };
  const containers = { added: 'debugger-new', older: ['debugger-new', 'debugger-old', 'debugger'] };
  const explained = (message: string) =>
    explainApiError(new ApiStatusError(400, { kind: 'Status', message }, call), { containers });
  const old = explained(
    'admission webhook "x" denied the request: container debugger-old must not be privileged',
  );
  assert.equal(old.kind, 'refused');
  assert.match(told(old).remedy ?? '', /objects to the debug container debugger-old, .*--copy-to/);
  for (const message of [
    'admission webhook "x" denied the request: container debugger-new must not be privileged',
    'admission webhook "x" denied the request: containers debugger-old, debugger-new must not',
    'admission webhook "x" denied the request: no',
  ]) {
    assert.match(told(explained(message)).remedy ?? '', /--profile=auto/);
  }
});

const foreign: [
  name: string,
  code: number,
  form: AnswerForm,
  path: string,
  message: string,
  expected: { kind: string; message: RegExp; remedy: RegExp },
][] = [
  [
    "a proxy's 403 on the upgrade",
    403,
    'text',
    `${POD}/attach?container=c`,
    'Access denied by policy',
    {
      kind: 'refused',
      message: /^a proxy or gateway \(nginx\) answered in place of the API server: .*Access denied/,
      remedy: /rights in the cluster do not help/,
    },
  ],
  [
    "a gateway's page for a 401",
    401,
    'page',
    POD,
    'HTTP status 401, with a web page',
    { kind: 'refused', message: /^a proxy or gateway/, remedy: /Log in to that proxy/ },
  ],
  [
    'a bad gateway',
    502,
    'page',
    POD,
    'HTTP status 502, with a web page',
    { kind: 'unreachable', message: /^a proxy or gateway/, remedy: /between you and the API server/ },
  ],
  [
    'a 503 in plain text',
    503,
    'text',
    `${POD}/attach`,
    'no healthy upstream',
    { kind: 'unreachable', message: /^a proxy or gateway.*503, no healthy upstream/, remedy: /gateway/ },
  ],
  [
    'a page instead of a pod',
    404,
    'page',
    POD,
    'HTTP status 404, with a web page',
    { kind: 'unreachable', message: /^a proxy or gateway .*: HTTP status 404/, remedy: /address/ },
  ],
  [
    'an empty body instead of a pod',
    404,
    'empty',
    POD,
    'HTTP status 404',
    { kind: 'unreachable', message: /^a proxy or gateway .*: HTTP status 404/, remedy: /address/ },
  ],
  [
    'a server that is not an API server',
    404,
    'text',
    POD,
    '404 page not found',
    { kind: 'unreachable', message: /^a proxy or gateway .*404 page not found/, remedy: /address/ },
  ],
  [
    'a plain HTTP request to a TLS server',
    400,
    'text',
    POD,
    'Client sent an HTTP request to an HTTPS server.',
    { kind: 'unreachable', message: /HTTP request to an HTTPS server/, remedy: /address/ },
  ],
  [
    'a body too large for a proxy',
    413,
    'page',
    POD,
    'HTTP status 413, with a web page',
    { kind: 'unreachable', message: /^a proxy or gateway/, remedy: /proxies/ },
  ],
  [
    "the kubelet's 404",
    404,
    'text',
    `${POD}/log`,
    'the container could not be found',
    { kind: 'notFound', message: /^the container could not/, remedy: /namespace/ },
  ],
  [
    "the kubelet's 500",
    500,
    'text',
    `${POD}/attach`,
    'container c not found in pod web_shop',
    {
      kind: 'unreachable',
      message: /^cannot get pods\/attach "web" in namespace shop: container c not found/,
      remedy: /later/,
    },
  ],
  [
    'a kubelet that refuses the API server',
    403,
    'text',
    `${POD}/exec`,
    'Forbidden (user=kube-apiserver, verb=create, resource=nodes, subresource(s)=[proxy])',
    { kind: 'refused', message: /^the kubelet of the node refuses the API server/, remedy: /administrator/ },
  ],
  [
    'a 403 without a message',
    403,
    'empty',
    `${POD}/attach`,
    'HTTP status 403',
    {
      kind: 'refused',
      message: /^HTTP status 403, without a word/,
      remedy:
        /^Ask for the right to create pods\/attach in namespace shop; print a role for it with: .*, unless a proxy/,
    },
  ],
];
for (const [name, code, form, path, message, expected] of foreign) {
  test(`says who answered: ${name}`, () => {
    const origin = { form, program: 'nginx' };
    const error = new ApiStatusError(code, { message }, { method: 'GET', path }, origin);
    const explained = explainApiError(error);
    assert.equal(explained.kind, expected.kind);
    assert.match(explained.message, expected.message);
    assert.match(told(explained).remedy ?? '', expected.remedy);
    assert.equal(isAdmissionDenial(error), false);
  });
}

test('a 401 names the user entry, its file and plugin, and any visible flaw', () => {
  const identity = 'user "dan" of /home/dan/config, credential plugin aws';
  const call: ApiCall = { method: 'GET', path: POD, identity };
  const explained = (flaw?: string) =>
    told(explainApiError(new ApiStatusError(401, { message: 'Unauthorized' }, { ...call, flaw }))).remedy ??
    '';
  assert.match(
    explained(),
    /does not accept the credentials of user "dan" of \/home\/dan\/config, credential/,
  );
  assert.match(
    explained('the token has expired: now B is after A'),
    /^Log in again: the token has expired: now B is after A \(the credentials of user "dan"/,
  );
});

test('sanitises paths', () => {
  const call: ApiCall = { method: 'GET', path: '/api/v1/namespaces/%1b[2J/pods/x' };
  const error = new ApiStatusError(403, { message: 'pods is forbidden: ' }, call);
  const remedy = told(explainApiError(error)).remedy ?? '';
  assert.match(remedy, /namespace \\x1b\[2J; /);
  assert.ok(!remedy.includes('\u001b'));
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
  test(`derives the resource and verb from ${method} ${path}`, () => {
    const found = describeCall(method, path);
    if (expected === undefined) assert.equal(found, undefined);
    else assert.deepEqual({ ...found, ...expected }, found);
  });
}

for (const [name, details, expected] of [
  ['causes that are a string', { kind: 'pods', causes: 'zz' }, { kind: 'pods' }],
  [
    'causes of other types',
    { causes: [null, 5, { message: 7 }, { message: 'm' }] },
    { causes: [{ message: 'm' }] },
  ],
  ['a number for a name', { name: 5, retryAfterSeconds: 1.5 }, {}],
  ['null', null, undefined],
  ['a string', 'zz', undefined],
] as const) {
  test(`takes only details of the right type from a Status: ${name}`, () => {
    const status = { kind: 'Status', details } as unknown as Status;
    const error = new ApiStatusError(422, status, { method: 'GET', path: POD });
    assert.deepEqual(error.details, expected);
  });
}

test('a failure whose message does not say what failed names the request', () => {
  const explained = (code: number, path: string, message: string) =>
    explainApiError(new ApiStatusError(code, { message }, { method: 'GET', path })).message;
  const pods = '/api/v1/namespaces/shop/pods';
  assert.equal(explained(500, `${pods}?limit=500`, 'etcd'), 'cannot list pods in namespace shop: etcd');
  assert.equal(explained(410, '/api/v1/nodes/n%1b1', 'gone'), 'cannot get nodes "n\\x1b1": gone');
  assert.equal(explained(404, `${pods}/web`, 'pods "web" not found'), 'pods "web" not found');
});
