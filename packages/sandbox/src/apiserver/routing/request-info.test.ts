import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiate } from '../codecs/negotiate.ts';
import { readRequestInfo } from './request-info.ts';

const cases: [request: string, expected: Record<string, unknown>][] = [
  ['GET /version', { isResourceRequest: false, verb: 'get', path: '/version' }],
  ['POST /api', { isResourceRequest: false, verb: 'post' }],
  ['GET /api/v1/pods', { verb: 'list', resource: 'pods', namespace: '', version: 'v1' }],
  ['GET /api/v1/namespaces/n/pods?watch=banana', { verb: 'watch', resource: 'pods', namespace: 'n' }],
  ['GET /api/v1/namespaces/n/pods?watch=0', { verb: 'list' }],
  ['GET /api/v1/namespaces/n/pods?fieldSelector=metadata.name%3Dp', { verb: 'list', name: 'p' }],
  ['GET /api/v1/watch/namespaces/n/pods/p', { verb: 'watch', name: 'p', watchPath: true }],
  ['GET /api/v1/namespaces/n', { verb: 'get', resource: 'namespaces', name: 'n', namespace: 'n' }],
  ['PUT /api/v1/namespaces/n/finalize', { verb: 'update', resource: 'namespaces', subresource: 'finalize' }],
  ['PATCH /api/v1/namespaces/n/pods/p/status', { verb: 'patch', name: 'p', subresource: 'status' }],
  ['DELETE /api/v1/namespaces/n/pods', { verb: 'deletecollection' }],
  ['DELETE /apis/apps/v1/namespaces/n/deployments/d', { verb: 'delete', group: 'apps', name: 'd' }],
  ['POST /apis/apps/v1/namespaces/n/deployments', { verb: 'create', group: 'apps', resource: 'deployments' }],
  ['GET /api/v1/nodes/a%2Fb', { name: 'a/b' }],
];
for (const [request, expected] of cases) {
  test(request, () => {
    const [method = '', path = ''] = request.split(' ');
    const url = new URL(path, 'https://localhost');
    const info: Record<string, unknown> = { ...readRequestInfo(method, url.pathname, url.searchParams) };
    for (const [key, value] of Object.entries(expected)) assert.equal(info[key], value, key);
  });
}

const table = { mediaType: 'application/json', as: 'Table', group: 'meta.k8s.io', version: 'v1' };
const accepts: [accept: string | undefined, expected: unknown][] = [
  [undefined, { mediaType: 'application/json' }],
  ['*/*', { mediaType: 'application/json' }],
  ['application/yaml', { mediaType: 'application/yaml' }],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', table],
  ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', { mediaType: 'application/json' }],
];
for (const [accept, expected] of accepts) {
  test(`Accept: ${accept ?? '(none)'}`, () => assert.deepEqual(negotiate(accept), expected));
}

test('unsupported media types are not acceptable', () => {
  for (const accept of ['text/html', 'application/json;as=Nosuch;v=v1;g=meta.k8s.io']) {
    assert.throws(() => negotiate(accept), { code: 406 });
  }
});
