import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startApiServer } from '../../testing/api-server.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import type { ApiRequest } from '../types.ts';
import { checkAnswer, checkEvent } from './check-object.ts';

const SERVER = 'https://api:6443';
const POD = '/api/v1/namespaces/shop/pods/web';
const METADATA = { name: 'web', namespace: 'shop', uid: 'u' };
const get = (path: string): ApiRequest => ({ method: 'GET', path });
const status = (state: unknown) => ({
  metadata: METADATA,
  status: { containerStatuses: [{ name: 'app', state }] },
});

const refused: [what: string, request: ApiRequest, answer: unknown, words: RegExp][] = [
  ['null', get(POD), null, /not a Pod$/],
  ['a list', get(POD), [], /not a Pod$|not a Pod \(metadata\)/],
  ['a number', get(POD), 5, /not a Pod$/],
  ['no metadata', get(POD), {}, /not a Pod \(metadata\)/],
  ['a name that is a number', get(POD), { metadata: { name: 5 } }, /not a Pod \(metadata\.name\)/],
  [
    'containers that are an object',
    get(POD),
    { metadata: METADATA, spec: { containers: {} } },
    /\(spec\.containers\)/,
  ],
  [
    'a container that is null',
    get(POD),
    { metadata: METADATA, spec: { containers: [null] } },
    /\(spec\.containers\[0\]\)/,
  ],
  [
    'a container without a name',
    get(POD),
    { metadata: METADATA, spec: { containers: [{}] } },
    /\[0\]\.name\)/,
  ],
  ['a message that is a number', get(POD), status({ waiting: { message: 5 } }), /state\.waiting\.message\)/],
  ['a state that is a string', get(POD), status('running'), /containerStatuses\[0\]\.state\)/],
  [
    'a field with control characters',
    get(POD),
    { metadata: { ...METADATA, labels: { '\u001b[2J': 5 } } },
    /\(metadata\.labels\./,
  ],
  [
    'a name that leads elsewhere',
    get('/api/v1/namespaces/shop/pods/..'),
    { metadata: { ...METADATA, name: '..' } },
    /\(metadata\.name\)/,
  ],
  [
    'a namespace with a slash, in a list',
    get('/api/v1/pods'),
    { items: [{ metadata: { ...METADATA, namespace: '../../etc' } }] },
    /items\[0\]\.metadata\.namespace\)/,
  ],
  [
    'a container whose name leads elsewhere',
    get(POD),
    { metadata: METADATA, spec: { containers: [{ name: 'a/../../b' }] } },
    /containers\[0\]\.name\)/,
  ],
  [
    'another name',
    get(POD),
    { metadata: { ...METADATA, name: 'other' } },
    /answered with "shop\/other" instead of "shop\/web"/,
  ],
  [
    'another namespace',
    get(POD),
    { metadata: { ...METADATA, namespace: 'kube-system' } },
    /"kube-system\/web" instead of "shop\/web"/,
  ],
  ['another kind', get(POD), { kind: 'Secret', metadata: METADATA }, /not a Pod \(kind\)/],
  [
    'a Status instead of a pod, without an error',
    get(POD),
    { kind: 'Status', metadata: {}, code: 200 },
    /not a Pod \(kind\)/,
  ],
  [
    'an item of another kind',
    get('/api/v1/namespaces/shop/pods'),
    { items: [{ metadata: METADATA }, { kind: 'Node', metadata: METADATA }] },
    /not a Pod \(items\[1\]\.kind\)/,
  ],
  [
    'another uid than was written to',
    { method: 'PATCH', path: `${POD}/ephemeralcontainers`, body: { metadata: { uid: 'u' } } },
    { metadata: { ...METADATA, uid: 'v\u001b[2J' } },
    /answered with another "shop\/web" than the one that was written: its uid is "v/,
  ],
  [
    'no uid of what was written to',
    { method: 'PATCH', path: `${POD}/ephemeralcontainers`, body: { metadata: { uid: 'u' } } },
    { metadata: { name: 'web' } },
    /its uid is "" instead of "u"/,
  ],
  [
    'another name for what was created',
    { method: 'POST', path: '/api/v1/namespaces/shop/pods', body: { metadata: { name: 'mine' } } },
    { metadata: METADATA },
    /"shop\/web" instead of "shop\/mine"/,
  ],
  ['a list that is null', get('/api/v1/namespaces/shop/pods'), null, /not a list of pods/],
  [
    'items that are a string',
    get('/api/v1/namespaces/shop/pods'),
    { items: 'x' },
    /not a list of pods \(items\)/,
  ],
  [
    'an item that is not a pod',
    get('/api/v1/namespaces/shop/pods'),
    { items: [{ metadata: METADATA }, 5] },
    /not a Pod \(items\[1\]\)/,
  ],
  [
    'a continue token that is an object',
    get('/api/v1/pods'),
    { metadata: { continue: {} }, items: [] },
    /\(metadata\.continue\)/,
  ],
  [
    'conditions that are a map',
    get('/api/v1/nodes/n'),
    { metadata: { name: 'n' }, status: { conditions: {} } },
    /not a Node \(status\.conditions\)/,
  ],
  [
    'labels that are a list',
    get('/api/v1/namespaces/shop'),
    { metadata: { name: 'shop', labels: [1] } },
    /not an object of the API \(metadata\.labels/,
  ],
  [
    'a selector of numbers',
    get('/api/v1/namespaces/shop/services/web'),
    { metadata: METADATA, spec: { selector: { a: 5 } } },
    /not a Service/,
  ],
  [
    'a match expression without a key',
    get('/apis/apps/v1/namespaces/shop/deployments/web'),
    { metadata: METADATA, spec: { selector: { matchExpressions: [{}] } } },
    /not a Deployment/,
  ],
  [
    'a review that is a string',
    { method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' },
    'yes',
    /not a review of access/,
  ],
  [
    'a review that allows "yes"',
    { method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' },
    { status: { allowed: 'yes' } },
    /\(status\.allowed\)/,
  ],
  [
    'nothing for a deletion',
    { method: 'DELETE', path: POD },
    {},
    /answered a deletion with something that is/,
  ],
  [
    'null for a deletion',
    { method: 'DELETE', path: POD },
    null,
    /answered a deletion with something that is/,
  ],
  [
    'a failure for a deletion',
    { method: 'DELETE', path: POD },
    { kind: 'Status', status: 'Failure' },
    /answered a deletion with something that is/,
  ],
];

describe('refuses when it is received', () => {
  for (const [what, request, answer, words] of refused) {
    test(what, () => {
      assert.throws(
        () => checkAnswer(request, answer, SERVER),
        (error: Error & { kind?: string }) => {
          assert.equal(error.kind, 'protocol');
          assert.match(error.message, words);
          // eslint-disable-next-line no-control-regex
          assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f-\u009f]/);
          return true;
        },
      );
    });
  }
});

const accepted: [what: string, request: ApiRequest, answer: unknown][] = [
  ['the least pod', get(POD), { metadata: METADATA }],
  ['an invalid exit code, which is handled later', get(POD), status({ terminated: { exitCode: 'x' } })],
  ['nulls', get(POD), { metadata: { ...METADATA, labels: null }, spec: null, status: { conditions: null } }],
  [
    'a created pod with a generated name',
    { method: 'POST', path: '/api/v1/namespaces/shop/pods', body: { metadata: { generateName: 'a-' } } },
    { metadata: METADATA },
  ],
  [
    'a read of a pod recreated under the same name',
    get(POD),
    { kind: 'Pod', metadata: { ...METADATA, uid: 'v' } },
  ],
  [
    'the object that was written to',
    { method: 'PATCH', path: `${POD}/ephemeralcontainers`, body: { metadata: { uid: 'u' } } },
    { kind: 'Pod', metadata: METADATA },
  ],
  ['a Status for a deletion', { method: 'DELETE', path: POD }, { kind: 'Status', status: 'Success' }],
  ['the pod for its deletion', { method: 'DELETE', path: POD }, { kind: 'Pod', metadata: METADATA }],
  ['unused fields', get(POD), { metadata: { ...METADATA, managedFields: 5 }, spec: { later: [] } }],
];

describe('accepts', () => {
  for (const [what, request, answer] of accepted) test(what, () => checkAnswer(request, answer, SERVER));

  test('removes nulls, and adds items to a list', () => {
    const pod = {
      metadata: METADATA,
      spec: { nodeName: null },
      status: { containerStatuses: [{ name: 'a', state: { running: null } }] },
    };
    checkAnswer(get(POD), pod, SERVER);
    assert.deepEqual(pod, {
      metadata: METADATA,
      spec: { containers: [] },
      status: { containerStatuses: [{ name: 'a', state: {} }] },
    });
    const list: { items?: unknown } = { items: null };
    checkAnswer(get('/api/v1/pods'), list, SERVER);
    assert.deepEqual(list.items, []);
  });
});

test('refuses an event of a pod other than the one watched', () => {
  const query = { fieldSelector: 'metadata.name=web' };
  checkEvent('/api/v1/namespaces/shop/pods', query, { metadata: METADATA }, SERVER);
  const other = { metadata: { ...METADATA, name: 'other' } };
  checkEvent('/api/v1/namespaces/shop/pods', {}, other, SERVER);
  assert.throws(() => checkEvent('/api/v1/namespaces/shop/pods', query, other, SERVER), { kind: 'protocol' });
  const secret = { kind: 'Secret', metadata: METADATA };
  assert.throws(() => checkEvent('/api/v1/namespaces/shop/pods', query, secret, SERVER), {
    kind: 'protocol',
  });
  const anew = { kind: 'Pod', metadata: { ...METADATA, uid: 'v' } };
  checkEvent('/api/v1/namespaces/shop/pods', query, anew, SERVER);
});

test('no JSON key changes a prototype', () => {
  const pod: unknown = JSON.parse(
    '{"metadata":{"name":"web","namespace":"shop","__proto__":{"polluted":true},"labels":{"__proto__":"x","constructor":"y"}}}',
  );
  checkAnswer(get(POD), pod, SERVER);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('the client checks responses and the events of a watch', async (context) => {
  const server = await startApiServer(context, {
    answer(request, response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.url?.includes('watch=true') === true)
        response.write('{"type":"MODIFIED","object":{"metadata":{"name":"web"},"spec":{"containers":{}}}}\n');
      else response.end('{"metadata":{"name":"web"},"spec":{"containers":[null]}}');
    },
  });
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.request(get(POD)), { kind: 'protocol', message: /spec\.containers\[0\]/ });
  const { signal } = new AbortController();
  const watch = cluster.watch({ path: '/api/v1/namespaces/shop/pods', resourceVersion: '1', signal });
  await assert.rejects(
    async () => {
      for await (const _ of watch);
    },
    { kind: 'protocol', message: /\(spec\.containers\)/ },
  );
});
