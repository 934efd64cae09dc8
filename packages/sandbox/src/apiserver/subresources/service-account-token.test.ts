import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { useSandbox } from '../../testing/use-sandbox.ts';

const BASE = '/api/v1/namespaces/default';

const api = useSandbox();

interface TokenAnswer {
  spec: { audiences: string[]; expirationSeconds: number };
  status: { token: string; expirationTimestamp: string };
}

async function ask(account: string, spec: object, query = ''): Promise<{ status: number; body: string }> {
  const body = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec };
  return api.client.request('POST', `${BASE}/serviceaccounts/${account}/token${query}`, { body });
}

/** The user of a token according to the server, or the HTTP status of the refusal. */
function whoami(token: string): Promise<string | number> {
  const { clusters } = load(readFileSync(api.sandbox.kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string } }[];
  };
  const url = new URL('/apis/authentication.k8s.io/v1/selfsubjectreviews', clusters[0]?.cluster.server);
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = request(url, { method: 'POST', ca: api.sandbox.authority, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { status } = JSON.parse(text) as { status: { userInfo?: { username: string } } };
        resolve(status.userInfo?.username ?? response.statusCode ?? 0);
      });
    });
    asked.on('error', reject);
    asked.end('{}');
  });
}

async function makeAccount(name: string): Promise<void> {
  const body = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name } };
  assert.equal((await api.client.request('POST', `${BASE}/serviceaccounts`, { body })).status, 201);
}

test('a token authenticates its service account until the account is deleted', async () => {
  await makeAccount('robot');
  const answer = await ask('robot', {});
  assert.equal(answer.status, 201, answer.body);
  const { spec, status } = JSON.parse(answer.body) as TokenAnswer;
  assert.equal(spec.expirationSeconds, 3600);
  assert.deepEqual(spec.audiences, ['https://kubernetes.default.svc.cluster.local']);
  assert.ok(Date.parse(status.expirationTimestamp) > Date.now() + 3_500_000);
  assert.equal(await whoami(status.token), 'system:serviceaccount:default:robot');
  await api.client.request('DELETE', `${BASE}/serviceaccounts/robot`);
  assert.equal(await whoami(status.token), 401);
  await makeAccount('robot');
  assert.equal(await whoami(status.token), 401, 'another account of the same name');
});

test('a token for another audience is not accepted by the server', async () => {
  const answer = await ask('default', { audiences: ['vault'] });
  assert.equal(await whoami((JSON.parse(answer.body) as TokenAnswer).status.token), 401);
});

test('a token bound to a Secret is invalid after its deletion', async () => {
  const body = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' } };
  await api.client.request('POST', `${BASE}/secrets`, { body });
  const answer = await ask('default', { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's' } });
  const { token } = (JSON.parse(answer.body) as TokenAnswer).status;
  assert.equal(await whoami(token), 'system:serviceaccount:default:default');
  await api.client.request('DELETE', `${BASE}/secrets/s`);
  assert.equal(await whoami(token), 401);
});

test('a dry run issues no token', async () => {
  const answer = await ask('default', {}, '?dryRun=All');
  assert.equal((JSON.parse(answer.body) as TokenAnswer).status.token, '');
});

for (const [what, account, spec, code, words] of [
  ['a missing account', 'nobody', {}, 404, /serviceaccounts \\"nobody\\" not found/],
  ['too short a lifetime', 'default', { expirationSeconds: 5 }, 422, /less than 10 minutes/],
  ['too long a lifetime', 'default', { expirationSeconds: 2 ** 33 }, 422, /larger than 2\^32 seconds/],
  [
    'a missing pod',
    'default',
    { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } },
    404,
    /pods \\"p\\" not found/,
  ],
  [
    'an unsupported bound object',
    'default',
    { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'c' } },
    400,
    /cannot bind token to object of type/,
  ],
] as const) {
  test(`a token with ${what} is refused`, async () => {
    const answer = await ask(account, spec);
    assert.equal(answer.status, code);
    assert.match(answer.body, words);
  });
}
