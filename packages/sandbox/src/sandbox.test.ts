import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startSandbox } from './index.ts';
import { ApiClient } from './testing/api-client.ts';

const INDEX = new URL('index.ts', import.meta.url).href;

/** Runs a program that uses the library in another process. */
function child(t: TestContext, program: string, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const source = `import { startSandbox } from ${JSON.stringify(INDEX)};\n${program}`;
  const process_ = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', source],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  );
  t.after(() => process_.kill('SIGKILL'));
  return process_;
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  while (!text.includes('\n')) text += String((await once(stdout ?? process.stdin, 'data'))[0]);
  return text.trim();
}

test('a failed start leaves neither a directory nor anything running', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  // In another process, which would not exit with timers or a server left.
  const program = `
    const failed = await startSandbox({ runtime: 'simulated', port: ${port} }).catch((error) => error.code);
    console.log(failed, process.getActiveResourcesInfo().filter((name) => /Timeout|TCP/.test(name)).join());`;
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const process_ = child(t, program, { TMPDIR: directory });
  const ended = once(process_, 'exit');
  assert.equal(await firstLine(process_), 'EADDRINUSE');
  assert.deepEqual(await ended, [0, null]);
  // tsx leaves its cache there.
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith('kube-sandbox-')),
    [],
  );
});

test('the next start deletes the directory of a sandbox that was killed', async (t) => {
  const process_ = child(
    t,
    `const { kubeconfig } = await startSandbox({ runtime: 'simulated' }); console.log(kubeconfig);`,
  );
  const kubeconfig = await firstLine(process_);
  assert.ok(existsSync(kubeconfig));
  process_.kill('SIGKILL');
  await once(process_, 'exit');
  const next = await startSandbox({ runtime: 'simulated' });
  assert.ok(!existsSync(dirname(kubeconfig)));
  await next.stop();
});

test('without keepProcessAlive a process exits although its sandbox runs a pod', async (t) => {
  const program = `
    const sandbox = await startSandbox({ runtime: 'simulated', keepProcessAlive: false });
    const running = new Promise((resolve) => sandbox.store.subscribe('pods', ({ object }) =>
      object.status?.phase === 'Running' && resolve()));
    const alive = setInterval(() => {}, 1000);
    sandbox.store.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'default' },
      spec: { nodeName: 'vm', restartPolicy: 'Always', terminationGracePeriodSeconds: 30,
        containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'while :; do echo x; sleep 1; done'] }] } });
    await running;
    clearInterval(alive);
    console.log('running');`;
  const process_ = child(t, program);
  const ended = once(process_, 'exit');
  assert.equal(await firstLine(process_), 'running');
  assert.deepEqual(await ended, [0, null]);
});

test('an error thrown by a listener is reported and affects nothing else', async () => {
  const warnings: string[] = [];
  const sandbox = await startSandbox({ runtime: 'simulated', warn: (text) => warnings.push(text) });
  const seen: string[] = [];
  sandbox.store.subscribe('configmaps', () => {
    throw new Error('not my day');
  });
  sandbox.store.subscribe('configmaps', ({ object }) => seen.push(object.metadata.name ?? ''));
  sandbox.store.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
  });
  await sandbox[Symbol.asyncDispose]();
  assert.ok(seen.includes('a'));
  assert.match(warnings[0] ?? '', /^a listener of the store failed: Error: not my day/);
});

test('records requests for assertions', async () => {
  const sandbox = await startSandbox({ runtime: 'simulated' });
  const client = new ApiClient(sandbox.kubeconfig);
  const path = '/api/v1/namespaces/default/configmaps?dryRun=All';
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  await client.request('POST', path, { body });
  await client.request('GET', '/api/v1/namespaces/default/pods/none');
  const [created] = sandbox.requests.list({ verb: 'create' });
  assert.deepEqual(created, {
    method: 'POST',
    path,
    verb: 'create',
    group: '',
    resource: 'configmaps',
    subresource: '',
    namespace: 'default',
    name: '',
    user: 'kubernetes-admin',
    userAgent: '',
    body: JSON.stringify(body),
    status: 201,
  });
  assert.deepEqual(
    sandbox.requests.list({ resource: 'pods' }).map(({ name, status }) => [name, status]),
    [['none', 404]],
  );
  sandbox.requests.clear();
  assert.deepEqual(sandbox.requests.list(), []);
  client.close();
  await Promise.all([sandbox.stop(), sandbox.stop()]);
});
