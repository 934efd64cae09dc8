import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, test } from 'node:test';
import { type FaultAction, startSandbox } from '../index.ts';
import { readCredentials } from '../testing/api-client.ts';
import { useSandbox } from '../testing/use-sandbox.ts';

const NAMESPACE = '/api/v1/namespaces/default';
const PODS = `${NAMESPACE}/pods`;

const api = useSandbox();
afterEach(() => api.sandbox.faults.clear());

const pod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app', image: 'example.com/app:v1' }] },
});

type Denial = Extract<FaultAction, { kind: 'webhook-denial' | 'webhook-failure' | 'policy-denial' }>;

describe('denials by admission have the messages of a real server', () => {
  const rows: [action: Denial, code: number, reason: string | undefined, message: string][] = [
    [
      { kind: 'webhook-denial', webhook: 'validate.example.com', message: 'no tag' },
      400,
      undefined,
      'admission webhook "validate.example.com" denied the request: no tag',
    ],
    [
      { kind: 'webhook-denial', webhook: 'w', reason: 'Forbidden', code: 403 },
      403,
      'Forbidden',
      'admission webhook "w" denied the request: Forbidden',
    ],
    [
      { kind: 'webhook-denial', webhook: 'w' },
      400,
      undefined,
      'admission webhook "w" denied the request without explanation',
    ],
    [
      { kind: 'webhook-failure', webhook: 'w', message: 'no endpoints available for service "w"' },
      500,
      'InternalError',
      'Internal error occurred: failed calling webhook "w": no endpoints available for service "w"',
    ],
    [
      { kind: 'policy-denial', policy: 'p', binding: 'b', message: 'no ticket' },
      422,
      'Invalid',
      `pods "denied" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no ticket`,
    ],
    [
      { kind: 'policy-denial', policy: 'p', binding: 'b', message: 'x', reason: 'Forbidden' },
      403,
      'Forbidden',
      `pods "denied" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: x`,
    ],
  ];
  for (const [action, code, reason, message] of rows) {
    test(`${action.kind} ${code} ${reason ?? ''}`, async () => {
      const fault = api.sandbox.faults.add({ point: 'admission', match: { name: 'denied' }, action });
      for (const path of [PODS, `${PODS}?dryRun=All`]) {
        const answer = await api.client.request('POST', path, { body: pod('denied') });
        const status = JSON.parse(answer.body) as { code: number; reason?: string; message: string };
        assert.deepEqual([answer.status, status.code, status.reason], [code, code, reason]);
        assert.equal(status.message, message);
      }
      assert.equal(fault.hits, 2);
      assert.equal(api.sandbox.store.get('pods', 'default', 'denied'), undefined);
    });
  }
});

test('validation refuses an invalid object before admission faults; reads have no admission', async () => {
  const fault = api.sandbox.faults.add({
    point: 'admission',
    action: { kind: 'webhook-denial', webhook: 'w' },
  });
  const invalid = await api.client.request('POST', PODS, {
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'invalid' }, spec: { containers: [] } },
  });
  assert.equal(invalid.status, 422);
  assert.equal((await api.client.request('GET', PODS)).status, 200);
  assert.equal(fault.hits, 0);
});

test('admission faults apply to every kind of write, and to connections to pods', async () => {
  assert.equal((await api.client.request('POST', PODS, { body: pod('web') })).status, 201);
  const merge = 'application/merge-patch+json';
  const writes: [string, string, object | undefined, string?][] = [
    ['POST', `${NAMESPACE}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } }],
    ['PATCH', `${PODS}/web`, { metadata: { labels: { a: 'b' } } }, merge],
    ['PATCH', `${PODS}/web/ephemeralcontainers`, { metadata: {} }, merge],
    ['DELETE', `${PODS}/web`, undefined],
    ['DELETE', PODS, undefined],
    [
      'POST',
      `${PODS}/web/eviction`,
      { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } },
    ],
    ['GET', `${PODS}/web/attach?stdout=true`, undefined],
    ['POST', `${PODS}/web/exec?stdout=true&command=true`, undefined],
    ['GET', `${PODS}/web/portforward?ports=80`, undefined],
  ];
  for (const [method, path, body, contentType] of writes) {
    const fault = api.sandbox.faults.add({
      point: 'admission',
      action: { kind: 'policy-denial', policy: 'p', binding: 'b', message: 'no' },
    });
    const answer = await api.client.request(method, path, {
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
    });
    assert.equal(answer.status, 422, `${method} ${path}: ${answer.body}`);
    assert.equal(fault.hits, 1, `${method} ${path}`);
    fault.remove();
  }
  assert.ok(api.sandbox.store.get('pods', 'default', 'web') !== undefined);
});

test('an admission fault adds a warning', async () => {
  api.sandbox.faults.add({ point: 'admission', action: { kind: 'warning', message: 'use "app"' } });
  const answer = await api.client.request('POST', PODS, { body: pod('warned') });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers['warning'], String.raw`299 - "use \"app\""`);
});

describe('the action respond at handshake', () => {
  for (const connection of ['keep-alive', 'close'] as const) {
    test(connection, async () => {
      api.sandbox.faults.add({
        point: 'handshake',
        match: { name: 'gone' },
        action: {
          kind: 'respond',
          code: 403,
          body: '<html>no</html>',
          contentType: 'text/html',
          headers: { server: 'gateway' },
          connection,
        },
      });
      const { url, ...credentials } = readCredentials(api.sandbox.kubeconfig);
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port), ...credentials });
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
      socket.write(`GET ${PODS}/gone/attach?stdout=true HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
      const refused = await readUntil(socket, /<html>no<\/html>$/);
      assert.match(refused, /^HTTP\/1\.1 403 [^]*content-type: text\/html\r\n[^]*server: gateway\r\n/);
      if (connection === 'keep-alive') {
        // The connection can be reused.
        socket.write('GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n');
        assert.match(await readUntil(socket, /"v1\.36/), /^HTTP\/1\.1 200 /);
        socket.destroy();
      } else if (!socket.destroyed) await once(socket, 'close');
    });
  }
});

async function readUntil(socket: TLSSocket, pattern: RegExp): Promise<string> {
  let text = '';
  while (!pattern.test(text)) text += String((await once(socket, 'data'))[0]);
  return text;
}

test('when the sandbox stops, it warns about a fault that was never hit', async () => {
  const warnings: string[] = [];
  const other = await startSandbox({ runtime: 'simulated', warn: (text) => warnings.push(text) });
  other.faults.add({ point: 'request', match: { verb: 'patch' }, action: { kind: 'break' } });
  other.faults.add({ point: 'log', action: { kind: 'break' } }).remove();
  assert.deepEqual(other.faults.unused(), ['request, verb patch: break']);
  await other.stop();
  assert.deepEqual(warnings, ['a fault was never hit: request, verb patch: break']);
});
