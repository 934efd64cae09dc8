import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DbgError } from '../../model/failure.ts';
import { kubeconfigFor, startApiServer, testCertificates } from '../../testing/api-server.ts';
import type { ApiServer } from '../../testing/api-server.ts';
import { isAlive } from '../../testing/is-alive.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import type { ClusterOptions } from '../index.ts';
import { findProgram } from './find-program.ts';
import { allowsPlugin } from './plugin-policy.ts';
import { told } from '../../testing/told.ts';

/** Absolute Windows paths can't be created here. */
const NOT_WINDOWS = 'needs Windows';

const V1 = 'client.authentication.k8s.io/v1';

/** A plugin: a shell script that records each call in a file, then runs `script`. */
async function plugin(context: CleanUp, script: string): Promise<{ command: string; directory: string }> {
  const directory = await temporaryDirectory(context);
  const command = join(directory, 'plugin');
  await writeFile(command, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> "${directory}/calls"\n${script}\n`);
  await chmod(command, 0o755);
  return { command, directory };
}

async function calls(directory: string): Promise<unknown[]> {
  const text = await readFile(join(directory, 'calls'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

function credential(status: Record<string, unknown>, apiVersion = V1): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, status });
}

/** A server that responds with 401 unless it receives one of these tokens. */
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
      cluster: opened,
      get: () => opened.request({ method: 'GET', path: '/version' }),
      prepare: () => opened.prepareRequests(),
    }),
  );
}

test('runs the plugin once for many requests, with its arguments and environment', async (context) => {
  const server = await guarded(context, ['one-x y-$HOME']);
  const valid = await guarded(context, ['one-x']);
  const { command, directory } = await plugin(
    context,
    `echo '${credential({ token: 'one-x' })}'; echo "$1|$MORE" >&2`,
  );
  const exec = { command, args: ['a b $HOME;`x`'], env: [{ name: 'MORE', value: '$(y)' }] };
  const { get, world } = await open(context, valid, exec);
  await Promise.all([get(), get(), get()]);
  await get();
  assert.deepEqual(await calls(directory), [
    { kind: 'ExecCredential', apiVersion: V1, spec: { interactive: false } },
  ]);
  assert.equal(world.errors(), 'a b $HOME;`x`|$(y)\n');
  assert.equal(server.requests.length, 0);
});

test('is not run for a connection that is only opened in advance', async (context) => {
  const server = await guarded(context, ['t']);
  const { command, directory } = await plugin(context, `echo '${credential({ token: 't' })}'`);
  const { get, prepare } = await open(context, server, { command });
  await prepare();
  assert.equal(server.connections, 0);
  await get();
  assert.equal((await calls(directory)).length, 1);
});

test('receives information about the cluster if it asks for it', async (context) => {
  const server = await guarded(context, ['t']);
  const { command, directory } = await plugin(context, `echo '${credential({ token: 't' })}'`);
  const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }];
  const { get } = await open(context, server, { command, provideClusterInfo: true }, {}, undefined, {
    extensions,
  });
  await get();
  const [info] = (await calls(directory)) as { spec: { cluster: Record<string, unknown> } }[];
  const { server: url, config, 'certificate-authority-data': ca } = info?.spec.cluster ?? {};
  assert.deepEqual([url, config], [server.url, { audience: 'x' }]);
  assert.equal(Buffer.from(String(ca), 'base64').toString(), server.authority.certificate);
});

test('is run again once after a 401', async (context) => {
  const server = await guarded(context, ['new']);
  const { command, directory } = await plugin(
    context,
    `if [ "$(wc -l < "$(dirname "$0")/calls")" -gt 1 ]; then echo '${credential({ token: 'new' })}'; else echo '${credential({ token: 'old' })}'; fi`,
  );
  const { get } = await open(context, server, { command });
  await get();
  assert.equal((await calls(directory)).length, 2);
});

test('a persistent 401 is returned, without a loop', async (context) => {
  const server = await guarded(context, []);
  const { command, directory } = await plugin(context, `echo '${credential({ token: 'old' })}'`);
  const { get } = await open(context, server, { command });
  await assert.rejects(get(), { name: 'ApiStatusError', code: 401 });
  assert.equal((await calls(directory)).length, 2);
});

test('is run again when its credential has expired', async (context) => {
  const server = await guarded(context, ['t']);
  const past = { token: 't', expirationTimestamp: '2020-01-01T00:00:00Z' };
  const { command, directory } = await plugin(context, `echo '${credential(past)}'`);
  const { get } = await open(context, server, { command });
  await get();
  await get();
  assert.equal((await calls(directory)).length, 2);
});

test('provides a client certificate', async (context) => {
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
  const { command, directory } = await plugin(context, 'cat "$(dirname "$0")/answer"');
  await writeFile(join(directory, 'answer'), credential(status));
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
  ['prints another version', `echo '${credential({ token: 'hidden' }, 'x/v1')}'`, /a version other than/],
  ['prints no status', `echo '{"kind":"ExecCredential","apiVersion":"${V1}"}'`, /without a status/],
  ['provides nothing', `echo '${credential({})}'`, /neither a token nor a client certificate/],
  [
    'provides half a key pair',
    `echo '${credential({ clientKeyData: 'hidden', token: 'hidden' })}'`,
    /only one of/,
  ],
  [
    'provides an invalid time',
    `echo '${credential({ token: 'hidden', expirationTimestamp: 'x' })}'`,
    /not a time/,
  ],
  [
    'provides a token of two lines',
    `echo '${credential({ token: 'hidden\\nX: y' })}'`,
    /bearer token is empty or contains/,
  ],
  ['floods', 'exec cat /dev/zero', /printed too much output/],
];

for (const [name, script, message] of failures) {
  test(`a plugin that ${name}`, async (context) => {
    const server = await guarded(context, []);
    const { command } = await plugin(context, script);
    const { get } = await open(context, server, { command });
    await assert.rejects(get(), (error: DbgError) => {
      assert.equal(error.kind, 'configuration');
      assert.match(error.message, message);
      assert.doesNotMatch(`${error.message} ${told(error).remedy}`, /hidden/);
      return true;
    });
    assert.equal(server.requests.length, 0);
  });
}

test('a plugin that is not installed: shows its sanitised install hint', async (context) => {
  const server = await guarded(context, []);
  const { get } = await open(context, server, { command: 'nosuch-plugin', installHint: 'get it\u001b[2J' });
  await assert.rejects(get(), (error: DbgError) => {
    assert.equal(error.message, 'the credential plugin nosuch-plugin is not installed');
    assert.equal(told(error).remedy, 'get it\\x1b[2J');
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
  const { command, directory } = await plugin(context, `echo '${credential({ token: 't' })}'`);
  const { get } = await open(context, server, { command }, { pluginPolicy: { policy: 'DenyAll' } });
  await assert.rejects(get(), { kind: 'configuration', message: /not allowed by the policy/ });
  await assert.rejects(calls(directory), { code: 'ENOENT' });
  const allowed = { policy: 'Allowlist', allowlist: [command] } as const;
  await (await open(context, server, { command }, { pluginPolicy: allowed })).get();
});

test('an allowlist compares the files that PATH finds, not only names', () => {
  const world = { env: { PATH: '/bin:/usr/bin' }, platform: 'linux' as const };
  const lookUp = (entry: string) => {
    const found = findProgram(entry, world);
    return found.kind === 'missing' ? undefined : found.file;
  };
  const policy = { policy: 'Allowlist', allowlist: ['sh'] } as const;
  assert.ok(allowsPlugin(policy, '/bin/sh', lookUp));
  assert.ok(!allowsPlugin(policy, '/tmp/sh', lookUp));
  assert.ok(!allowsPlugin(policy, '/bin/cat', lookUp));
  assert.ok(allowsPlugin(undefined, '/bin/cat', lookUp));
  assert.ok(allowsPlugin({ policy: 'AllowAll' }, '/bin/cat', lookUp));
  assert.ok(!allowsPlugin({ policy: 'DenyAll' }, '/bin/sh', lookUp));
});

for (const variable of ['PATH', 'Path', 'KUBERNETES_EXEC_INFO', 'LD_LIBRARY_PATH']) {
  test(`the program that the policy has checked is the one that runs, whatever ${variable} the kubeconfig sets`, async (context) => {
    const server = await guarded(context, ['good']);
    const good = await plugin(context, `echo '${credential({ token: 'good' })}'`);
    const evil = await plugin(context, `echo '${credential({ token: 'evil' })}'`);
    const exec = { command: 'plugin', env: [{ name: variable, value: evil.directory }] };
    const policy = { policy: 'Allowlist', allowlist: [join(good.directory, 'plugin')] } as const;
    const env = { PATH: `${good.directory}:/usr/bin:/bin` };
    const { get } = await open(context, server, exec, { pluginPolicy: policy }, env);
    if (variable === 'PATH') {
      // The good plugin fails without a PATH for its own commands; all that matters is that the evil one never ran.
      await get().catch(() => undefined);
    } else await get();
    await assert.rejects(calls(evil.directory), { code: 'ENOENT' });
    // The reverse: the allowed program is only in the kubeconfig's PATH.
    const other = { policy: 'Allowlist', allowlist: [join(evil.directory, 'plugin')] } as const;
    const second = await open(context, server, exec, { pluginPolicy: other }, env);
    await assert.rejects(second.get(), { message: /not allowed by the policy/ });
    await assert.rejects(calls(evil.directory), { code: 'ENOENT' });
  });
}

test('a program in the working directory is not found by a relative PATH', async (context) => {
  const { directory } = await plugin(context, 'true');
  for (const PATH of ['.', '', `:${directory}x`, 'bin']) {
    const found = findProgram('plugin', { env: { PATH }, platform: 'linux' });
    assert.equal(found.kind, 'missing');
  }
  assert.equal(findProgram('plugin', { env: { PATH: `.:${directory}` }, platform: 'linux' }).kind, 'found');
  assert.equal(
    findProgram(directory, { env: {}, platform: 'linux' }).kind,
    'missing',
    'a directory is no program',
  );
});

/** A plugin that starts another process and hangs, with a function to check whether both have exited. */
async function hanging(context: CleanUp, trap = '') {
  const made = await plugin(
    context,
    `${trap}\nsleep 60 & echo $! > "$0.child"; echo $$ > "$0.pid"; wait; sleep 60`,
  );
  const pids = async () => {
    const files = await Promise.all(
      ['child', 'pid'].map((name) => readFile(`${made.command}.${name}`, 'utf8')),
    );
    return files.map(Number);
  };
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const begun = () => until(async () => (await pids()).every((pid) => pid > 0));
  const gone = () => until(async () => (await pids()).every((pid) => !isAlive(pid)));
  return { ...made, begun, gone };
}

for (const [name, trap] of [
  ['', ''],
  [', even if it ignores SIGTERM', "trap '' TERM"],
] as const) {
  test(`a hanging plugin is terminated at once with the request that waits for it${name}`, async (context) => {
    const server = await guarded(context, []);
    const { command, begun, gone } = await hanging(context, trap);
    const { cluster } = await open(context, server, { command });
    const stop = new AbortController();
    const asked = cluster.request({ method: 'GET', path: '/version', signal: stop.signal });
    const failed = assert.rejects(asked, { message: 'enough' });
    await begun();
    const at = performance.now();
    stop.abort(new Error('enough'));
    await failed;
    assert.ok(performance.now() - at < 1000);
    await gone();
  });
}

test('a plugin that another request still waits for keeps running', async (context) => {
  const server = await guarded(context, ['t']);
  const { command, directory } = await plugin(
    context,
    `while [ ! -e "$0.go" ]; do sleep 0.05; done; echo '${credential({ token: 't' })}'`,
  );
  const { cluster, get } = await open(context, server, { command });
  const stop = new AbortController();
  const first = cluster.request({ method: 'GET', path: '/version', signal: stop.signal });
  const failed = assert.rejects(first, { message: 'enough' });
  const second = get();
  while (
    await calls(directory).then(
      () => false,
      () => true,
    )
  )
    await new Promise(setImmediate);
  stop.abort(new Error('enough'));
  await failed;
  await writeFile(`${command}.go`, '');
  await second;
  assert.equal((await calls(directory)).length, 1);
});

test('closing the cluster terminates a plugin that no request waits for', async (context) => {
  const server = await guarded(context, []);
  const { command, begun, gone } = await hanging(context);
  const { cluster, get } = await open(context, server, { command });
  const failed = assert.rejects(get(), { message: /closed/ });
  await begun();
  await cluster.close();
  await failed;
  await gone();
});

test("in the background, a plugin's stderr is discarded", async (context) => {
  const server = await guarded(context, ['t']);
  const { command } = await plugin(context, `echo secret >&2; echo '${credential({ token: 't' })}'`);
  const { get, world } = await open(context, server, { command }, { background: true });
  await get();
  assert.equal(world.errors(), '');
});

const windows: [name: string, files: string[], command: string, kind: string][] = [
  ['an .exe', ['aws.exe'], 'aws', 'found'],
  ['a .com', ['aws.com'], 'aws', 'found'],
  ['a batch file alone', ['aws.cmd'], 'aws', 'script'],
  ['a batch file by its own name', ['aws.bat'], 'aws.bat', 'script'],
  ['nothing', [], 'aws', 'missing'],
];
for (const [name, files, command, kind] of windows) {
  test(
    `on Windows: ${name}`,
    { skip: process.platform === 'win32' ? false : NOT_WINDOWS },
    async (context) => {
      const directory = await temporaryDirectory(context);
      for (const file of files) await writeFile(join(directory, file), '');
      assert.equal(findProgram(command, { env: { Path: directory }, platform: 'win32' }).kind, kind);
    },
  );
}

for (const protocol of ['h2', 'http/1.1'] as const) {
  test(`${protocol}: closes the connection of a client certificate that was renewed`, async (context) => {
    const { authority } = testCertificates();
    const server = await startApiServer(context, {
      protocol,
      answer(_, response) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{}');
      },
    });
    // Expired from the start: each request gets its own certificate.
    const answers = ['a', 'b'].map((name) => {
      const { certificate, key } = authority.issueClient({ name });
      const pair = { clientCertificateData: certificate, clientKeyData: key };
      return credential({ ...pair, expirationTimestamp: '2020-01-01T00:00:00Z' });
    });
    const { command } = await plugin(
      context,
      `if [ -e "$0.again" ]; then cat "$0.1"; else cat "$0.0"; touch "$0.again"; fi`,
    );
    for (const [index, answer] of answers.entries()) await writeFile(`${command}.${index}`, answer);
    const { get } = await open(context, server, { command });
    await get();
    await get();
    assert.equal(server.connections, 2);
    while (server.sockets.size > 1) await new Promise((resolve) => setTimeout(resolve, 10));
  });
}
