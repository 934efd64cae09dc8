import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DbgError } from '../../errors.ts';
import { kubeconfigFor, startApiServer, testCertificates } from '../../testing/api-server.ts';
import type { ApiServer } from '../../testing/api-server.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { CleanUp } from '../../testing/temporary-folder.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import type { ClusterOptions } from '../index.ts';
import { allowsPlugin } from './plugin-policy.ts';

const V1 = 'client.authentication.k8s.io/v1';

/** A plugin: a shell script that notes each call in a file, then does as it is told. */
async function plugin(context: CleanUp, script: string): Promise<{ command: string; folder: string }> {
  const folder = await temporaryFolder(context);
  const command = join(folder, 'plugin');
  await writeFile(command, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> "${folder}/calls"\n${script}\n`);
  await chmod(command, 0o755);
  return { command, folder };
}

async function calls(folder: string): Promise<unknown[]> {
  const text = await readFile(join(folder, 'calls'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

function credential(status: Record<string, unknown>, apiVersion = V1): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, status });
}

/** A server that says 401 to all but these tokens. */
function guarded(context: CleanUp, tokens: string[]): Promise<ApiServer> {
  return startApiServer(context, {
    answer(request, response) {
      const known = tokens.some((token) => request.headers.authorization === `Bearer ${token}`);
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
      response.end(
        known ? '{}' : '{"kind":"Status","message":"Unauthorized","reason":"Unauthorized","code":401}',
      );
    },
  });
}

function open(
  context: CleanUp,
  server: ApiServer,
  exec: Record<string, unknown>,
  options: ClusterOptions = {},
  env: Record<string, string> = { PATH: '/usr/bin:/bin' },
  cluster: Record<string, unknown> = {},
) {
  const user = { exec: { apiVersion: V1, interactiveMode: 'Never', ...exec } };
  const world = testWorld({ env });
  return openTestCluster(context, server, options, world, kubeconfigFor(server, user, cluster)).then(
    (opened) => ({
      world,
      get: () => opened.request({ method: 'GET', path: '/version' }),
      prepare: () => opened.prepareRequests(),
    }),
  );
}

test('runs the plugin once for many requests, with its arguments and environment', async (context) => {
  const server = await guarded(context, ['one-x y-$HOME']);
  const valid = await guarded(context, ['one-x']);
  const { command, folder } = await plugin(
    context,
    `echo '${credential({ token: 'one-x' })}'; echo "$1|$MORE" >&2`,
  );
  const exec = { command, args: ['a b $HOME;`x`'], env: [{ name: 'MORE', value: '$(y)' }] };
  const { get, world } = await open(context, valid, exec);
  await Promise.all([get(), get(), get()]);
  await get();
  assert.deepEqual(await calls(folder), [
    { kind: 'ExecCredential', apiVersion: V1, spec: { interactive: false } },
  ]);
  assert.equal(world.errors(), 'a b $HOME;`x`|$(y)\n');
  assert.equal(server.requests.length, 0);
});

test('is not run for a connection that is only begun ahead', async (context) => {
  const server = await guarded(context, ['t']);
  const { command, folder } = await plugin(context, `echo '${credential({ token: 't' })}'`);
  const { get, prepare } = await open(context, server, { command });
  await prepare();
  assert.equal(server.connections, 0);
  await get();
  assert.equal((await calls(folder)).length, 1);
});

test('is told of the cluster when it asks for it', async (context) => {
  const server = await guarded(context, ['t']);
  const { command, folder } = await plugin(context, `echo '${credential({ token: 't' })}'`);
  const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }];
  const { get } = await open(context, server, { command, provideClusterInfo: true }, {}, undefined, {
    extensions,
  });
  await get();
  const [info] = (await calls(folder)) as { spec: { cluster: Record<string, unknown> } }[];
  const { server: url, config, 'certificate-authority-data': ca } = info?.spec.cluster ?? {};
  assert.deepEqual([url, config], [server.url, { audience: 'x' }]);
  assert.equal(Buffer.from(String(ca), 'base64').toString(), server.authority.certificate);
});

test('is run again once after a 401', async (context) => {
  const server = await guarded(context, ['new']);
  const { command, folder } = await plugin(
    context,
    `if [ "$(wc -l < "$(dirname "$0")/calls")" -gt 1 ]; then echo '${credential({ token: 'new' })}'; else echo '${credential({ token: 'old' })}'; fi`,
  );
  const { get } = await open(context, server, { command });
  await get();
  assert.equal((await calls(folder)).length, 2);
});

test('a 401 that stays is the answer, without a loop', async (context) => {
  const server = await guarded(context, []);
  const { command, folder } = await plugin(context, `echo '${credential({ token: 'old' })}'`);
  const { get } = await open(context, server, { command });
  await assert.rejects(get(), { name: 'ApiStatusError', code: 401 });
  assert.equal((await calls(folder)).length, 2);
});

test('what has expired is asked for anew', async (context) => {
  const server = await guarded(context, ['t']);
  const past = { token: 't', expirationTimestamp: '2020-01-01T00:00:00Z' };
  const { command, folder } = await plugin(context, `echo '${credential(past)}'`);
  const { get } = await open(context, server, { command });
  await get();
  await get();
  assert.equal((await calls(folder)).length, 2);
});

test('gives a client certificate', async (context) => {
  const { client } = testCertificates();
  const seen: boolean[] = [];
  const server = await startApiServer(context, {
    answer(request, response) {
      const socket = request.socket as { getPeerCertificate?(): { subject?: { CN?: string } } };
      seen.push(socket.getPeerCertificate?.().subject?.CN === 'admin');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    },
  });
  const status = { clientCertificateData: client.certificate, clientKeyData: client.key };
  const { command, folder } = await plugin(context, 'cat "$(dirname "$0")/answer"');
  await writeFile(join(folder, 'answer'), credential(status));
  const { get } = await open(context, server, { command });
  await get();
  assert.deepEqual(seen, [true]);
});

const failures: [name: string, script: string, message: RegExp][] = [
  ['fails', 'exit 3', /failed with exit code 3/],
  ['is killed', 'kill -9 $$', /was ended by SIGKILL/],
  ['prints nothing', 'true', /did not print JSON/],
  ['prints something else', 'echo hidden-secret', /did not print JSON/],
  ['prints another kind', `echo '{"kind":"Secret"}'`, /did not print an ExecCredential/],
  ['prints another version', `echo '${credential({ token: 'hidden' }, 'x/v1')}'`, /another version/],
  ['prints no status', `echo '{"kind":"ExecCredential","apiVersion":"${V1}"}'`, /without a status/],
  ['gives nothing', `echo '${credential({})}'`, /neither a token nor a client certificate/],
  ['gives half', `echo '${credential({ clientKeyData: 'hidden', token: 'hidden' })}'`, /only one of/],
  [
    'gives a time that is none',
    `echo '${credential({ token: 'hidden', expirationTimestamp: 'x' })}'`,
    /not a time/,
  ],
  [
    'gives a token of two lines',
    `echo '${credential({ token: 'hidden\\nX: y' })}'`,
    /bearer token is empty or holds/,
  ],
  ['floods', 'exec cat /dev/zero', /printed more than a credential can be/],
];

for (const [name, script, message] of failures) {
  test(`a plugin that ${name}`, async (context) => {
    const server = await guarded(context, []);
    const { command } = await plugin(context, script);
    const { get } = await open(context, server, { command });
    await assert.rejects(get(), (error: DbgError) => {
      assert.equal(error.kind, 'configuration');
      assert.match(error.message, message);
      assert.doesNotMatch(`${error.message} ${error.remedy}`, /hidden/);
      return true;
    });
    assert.equal(server.requests.length, 0);
  });
}

test('a plugin that is not installed: the hint says how, made safe', async (context) => {
  const server = await guarded(context, []);
  const { get } = await open(context, server, { command: 'nosuch-plugin', installHint: 'get it\u001b[2J' });
  await assert.rejects(get(), (error: DbgError) => {
    assert.equal(error.message, 'the credential plugin nosuch-plugin is not installed');
    assert.equal(error.remedy, 'get it\\x1b[2J');
    return true;
  });
});

test('a plugin that needs a terminal is not run without one', async (context) => {
  const server = await guarded(context, []);
  const { command } = await plugin(context, 'true');
  const { get } = await open(context, server, { command, interactiveMode: 'Always' });
  await assert.rejects(get(), { kind: 'configuration', message: /needs a terminal/ });
});

test('a plugin that the policy forbids is not run', async (context) => {
  const server = await guarded(context, ['t']);
  const { command, folder } = await plugin(context, `echo '${credential({ token: 't' })}'`);
  const { get } = await open(context, server, { command }, { pluginPolicy: { policy: 'DenyAll' } });
  await assert.rejects(get(), { kind: 'configuration', message: /not allowed by the policy/ });
  await assert.rejects(calls(folder), { code: 'ENOENT' });
  const allowed = { policy: 'Allowlist', allowlist: [command] } as const;
  await (await open(context, server, { command }, { pluginPolicy: allowed })).get();
});

test('an allowlist compares what PATH finds, not only names', () => {
  const policy = { policy: 'Allowlist', allowlist: ['sh'] } as const;
  const path = '/bin:/usr/bin';
  assert.ok(allowsPlugin(policy, 'sh', path));
  assert.ok(allowsPlugin(policy, '/bin/sh', path));
  assert.ok(!allowsPlugin(policy, '/tmp/sh', path));
  assert.ok(!allowsPlugin(policy, 'cat', path));
  assert.ok(allowsPlugin(undefined, 'cat', path));
  assert.ok(allowsPlugin({ policy: 'AllowAll' }, 'cat', path));
});
