// Debugs a pod: the command's output is a stream, its outcome is data.
// Run it with: node --test (or npx tsx --test) examples/debug-a-pod.ts
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, debug, openCluster, planDebug } from 'kubectl-dbg';

// --- The example. ---

/** Runs a command in a debug container of a pod; returns its output and its outcome. */
async function runIn(cluster: Cluster, target: string, command: string[], input?: string) {
  const stdout = new PassThrough();
  const output = text(stdout);
  const stdin = input === undefined ? {} : { stdin: [input] };
  const report = await debug(
    cluster,
    { target, image: 'busybox', command },
    { ...stdin, stdout, on: (event) => event.kind === 'warning' && process.emitWarning(event.text) },
  );
  stdout.end();
  return { outcome: report.outcome, output: await output };
}

// --- Its tests. ---

let sandbox: Sandbox;
let cluster: Cluster;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated' });
  cluster = await openCluster({ kubeconfig: sandbox.kubeconfig, requestTimeout: 30_000 });
  await cluster.request({
    method: 'POST',
    path: '/api/v1/namespaces/default/pods',
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'main', image: 'example.com/web:v1', command: ['sleep', '3600'] }] },
    },
  });
});
after(async () => {
  await cluster.close();
  await sandbox.stop();
});

test('returns the output and the exit code of a command', async () => {
  const { outcome, output } = await runIn(cluster, 'pod/web', ['sh', '-c', 'echo seen; exit 3']);
  assert.equal(output, 'seen\n');
  assert.deepEqual(outcome, { kind: 'exited', code: 3 });
});

test('takes input from any iterable', async () => {
  const { outcome, output } = await runIn(cluster, 'pod/web', ['cat'], 'handed over\n');
  assert.equal(output, 'handed over\n');
  assert.deepEqual(outcome, { kind: 'exited', code: 0 });
});

test('returns the plan without writing it', async () => {
  const plan = await planDebug(cluster, { target: 'node/vm', profile: 'sysadmin', command: ['true'] });
  assert.deepEqual(
    plan.writes.map(({ verb, path }) => `${verb} ${path}`),
    ['create /api/v1/namespaces/default/pods'],
  );
  assert.equal(plan.cleanup.length, 1);
});

test('a missing target is an error with a code', async () => {
  await assert.rejects(runIn(cluster, 'pod/nosuch', ['true']), {
    name: 'DbgError',
    kind: 'notFound',
    code: 'ObjectNotFound',
    message: 'pods "nosuch" not found',
  });
});
