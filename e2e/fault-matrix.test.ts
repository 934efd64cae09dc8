// Every place where the sandbox can be made to fail, with each of the three workflows: whatever happens, the exit code
// tells the truth, the output is whole or its loss is reported, nothing stays behind, and nobody waits for ever.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { type Fault, FAULT_POINTS, type FaultMatch, type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { run } from '../packages/kubectl-dbg/src/cli/run.ts';
import type { World } from '../packages/kubectl-dbg/src/world.ts';

const LINES = 60;
const SCRIPT = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo line $i; sleep 0.005; done; exit 3`;
const TRUTH = Array.from({ length: LINES }, (_, index) => `line ${index + 1}\n`).join('');
const CODE = 3;

/** Codes of docs/exit-codes.md that a fault may end with. */
const FAILURES = [66, 68, 69, 74, 75, 77];

/** Nothing here waits longer than some hundred ms, so that a stall shows itself quickly. */
const SETTINGS = {
  tuning: {
    connectTimeout: 1_000,
    answerTimeout: 1_000,
    pingInterval: 150,
    pingTimeout: 450,
    watchPause: 20,
    watchPauseLimit: 100,
    watchGiveUp: 1_500,
    handshakeTimeout: 1_000,
    closeTimeout: 200,
    retryAfterLimit: 3_000,
  },
  patience: { reopen: 1_500, status: 2_500 },
};

/** Longest a session may take under any of the faults, in ms: all of the above, one after the other. */
const LONGEST_MS = 20_000;

/** Sessions at once: they mostly wait. */
const PARALLEL = 12;

type Workflow = 'ephemeral' | 'copy' | 'node';

interface Case {
  name: string;
  workflow: Workflow;
  fault: Fault;
  /** A fault that a careful client gets over: the outcome is that of an undisturbed session. */
  survives: boolean;
}

const COMMANDS: Record<Workflow, string[]> = {
  ephemeral: ['web', '--image=busybox'],
  copy: ['web', '--copy-to=copy', '--image=busybox'],
  node: ['node/vm', '--image=busybox'],
};

/** The requests that each workflow makes, as what a fault matches. */
const REQUESTS: Record<Workflow, [name: string, match: FaultMatch][]> = {
  ephemeral: [
    ['the GET', { verb: 'get', resource: 'pods', name: 'web' }],
    ['the PATCH', { verb: 'patch', subresource: 'ephemeralcontainers' }],
    ['the watch', { verb: 'watch', resource: 'pods' }],
    ['the log', { verb: 'get', subresource: 'log' }],
  ],
  copy: [
    ['the POST', { verb: 'create', resource: 'pods' }],
    ['the watch', { verb: 'watch', resource: 'pods' }],
    ['the DELETE', { verb: 'delete', resource: 'pods' }],
  ],
  node: [
    ['the POST', { verb: 'create', resource: 'pods' }],
    ['the DELETE', { verb: 'delete', resource: 'pods' }],
  ],
};

function cases(): Case[] {
  const list: Case[] = [];
  const add = (name: string, workflow: Workflow, fault: Fault, survives: boolean) =>
    list.push({ name: `${workflow}: ${name}`, workflow, fault, survives });
  for (const workflow of ['ephemeral', 'copy', 'node'] as const) {
    for (const [what, match] of REQUESTS[workflow]) {
      const create = match.verb === 'create';
      for (const point of ['request', 'answer'] as const) {
        const where = point === 'request' ? `before ${what}` : `after ${what}`;
        const once = { point, match, times: 1 } as const;
        // Flow control refuses before anything is done: a 429 after a create is nothing a server sends.
        if (!create || point === 'request') {
          const action = { kind: 'error', code: 429, retryAfterSeconds: 1 } as const;
          add(`429 ${where}`, workflow, { ...once, action }, true);
        }
        add(
          `503 ${where}`,
          workflow,
          { ...once, action: { kind: 'error', code: 503, retryAfterSeconds: 1 } },
          !create,
        );
        add(`500 ${where}`, workflow, { ...once, action: { kind: 'error', code: 500 } }, false);
        add(`slow ${where}`, workflow, { ...once, action: { kind: 'delay', milliseconds: 300 } }, true);
        add(`cut ${where}`, workflow, { ...once, action: { kind: 'break' } }, true);
        add(`silence ${where}`, workflow, { ...once, action: { kind: 'stall' } }, false);
        add(
          `a proxy's page ${where}`,
          workflow,
          { ...once, action: { kind: 'proxy-page', code: 502 } },
          false,
        );
      }
    }
    for (const events of [0, 1, 2]) {
      const watch = { point: 'watch', match: { resource: 'pods' }, after: { events }, times: 1 } as const;
      add(`watch cut after ${events} events`, workflow, { ...watch, action: { kind: 'break' } }, true);
      add(`watch ended after ${events} events`, workflow, { ...watch, action: { kind: 'end' } }, true);
      add(`watch expired after ${events} events`, workflow, { ...watch, action: { kind: 'expire' } }, true);
      add(`watch silent after ${events} events`, workflow, { ...watch, action: { kind: 'stall' } }, false);
    }
    for (const bytes of [0, 100]) {
      const log = { point: 'log', after: { bytes }, times: 1 } as const;
      add(`log cut after ${bytes} bytes`, workflow, { ...log, action: { kind: 'break' } }, true);
      add(`log ended after ${bytes} bytes`, workflow, { ...log, action: { kind: 'end' } }, true);
      add(`log silent after ${bytes} bytes`, workflow, { ...log, action: { kind: 'stall' } }, false);
      const output = { point: 'stream-output', after: { bytes }, times: 1 } as const;
      add(`attach cut after ${bytes} bytes`, workflow, { ...output, action: { kind: 'break' } }, true);
      add(`attach ended after ${bytes} bytes`, workflow, { ...output, action: { kind: 'end' } }, false);
      add(`attach silent after ${bytes} bytes`, workflow, { ...output, action: { kind: 'stall' } }, false);
      add(
        `attach slow after ${bytes} bytes`,
        workflow,
        { ...output, action: { kind: 'delay', milliseconds: 200 } },
        true,
      );
    }
    const shake = { point: 'handshake', times: 1 } as const;
    add('no attach: 500', workflow, { ...shake, action: { kind: 'error', code: 500 } }, true);
    add('no attach: 403', workflow, { ...shake, action: { kind: 'error', code: 403 } }, true);
    add('no attach: cut', workflow, { ...shake, action: { kind: 'break' } }, true);
    add('no attach: silence', workflow, { ...shake, action: { kind: 'stall' } }, true);
    add("no attach: a proxy's page", workflow, { ...shake, action: { kind: 'proxy-page', code: 502 } }, true);
    add('slow attach', workflow, { ...shake, action: { kind: 'delay', milliseconds: 300 } }, true);
    add('dead peer', workflow, { point: 'stream-ping', action: { kind: 'drop' } }, false);
    add(
      'slow pull',
      workflow,
      { point: 'image-pull', action: { kind: 'delay', milliseconds: 200 }, times: 1 },
      true,
    );
    add(
      'slow start',
      workflow,
      { point: 'container-start', action: { kind: 'delay', milliseconds: 200 }, times: 1 },
      true,
    );
    add('no start', workflow, { point: 'container-start', action: { kind: 'error', code: 500 } }, false);
    add(
      'half an answer',
      workflow,
      { point: 'body', match: { verb: 'get' }, after: { bytes: 50 }, action: { kind: 'break' }, times: 1 },
      false,
    );
  }
  return list;
}

describe('fault matrix', { concurrency: PARALLEL }, () => {
  let sandbox: Sandbox;
  let cluster: Cluster;
  const all = cases();

  before(async () => {
    sandbox = await startSandbox({ runtime: 'simulated', maxPods: 2_000 });
    cluster = await openCluster({ kubeconfig: sandbox.kubeconfig }, realWorld());
  });
  after(async () => {
    await cluster.close();
    await sandbox.stop();
  });

  test('every point of the sandbox is in the matrix', () => {
    const covered = new Set([...all.map(({ fault }) => fault.point), 'stream-input', 'connection']);
    assert.deepEqual(
      Object.keys(FAULT_POINTS).filter((point) => !covered.has(point as keyof typeof FAULT_POINTS)),
      [],
    );
  });

  for (const [index, entry] of all.entries()) {
    test(entry.name, async () => {
      const namespace = `f${index}`;
      await prepare(cluster, sandbox, namespace);
      const match = { ...entry.fault.match, namespace };
      sandbox.faults.add({ ...entry.fault, match });
      const words = [...COMMANDS[entry.workflow], '-n', namespace, '--timeout=4s', '--', 'sh', '-c', SCRIPT];
      const result = await play(words, sandbox.kubeconfig);
      const left = await remaining(cluster, namespace);
      check(entry, result, left);
    });
  }
});

interface Played {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs kubectl-dbg in this process, with streams of its own; fails if it hangs. */
async function play(words: readonly string[], kubeconfig: string): Promise<Played> {
  const world: World = {
    ...realWorld(),
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: { PATH: process.env.PATH, KUBECONFIG: kubeconfig },
    home: '/nonexistent',
    onSignal: () => () => undefined,
  };
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    (world[name] as PassThrough).on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  }
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`it hangs:\n${output.stdout}${output.stderr}`)), LONGEST_MS).unref();
  });
  const code = await Promise.race([run(words, world, SETTINGS), late]);
  return { code, ...output };
}

function check({ survives }: Case, { code, stdout, stderr }: Played, left: readonly string[]): void {
  const context = `code ${code}\n${stderr}\n${stdout.slice(-200)}`;
  if (survives || code === CODE) {
    assert.equal(code, CODE, context);
    assert.equal(stdout, TRUTH, context);
  } else {
    assert.ok(FAILURES.includes(code), context);
    assert.match(stderr, /^error: .+$/m, context);
    assert.doesNotMatch(stderr, /bug in kubectl-dbg/, context);
  }
  // What could not be removed is named, with the command that removes it.
  const unnamed = left.filter((name) => !stderr.includes(`kubectl delete pod ${name}`));
  assert.deepEqual(unnamed, [], context);
}

/** A namespace with a running pod. */
async function prepare(cluster: Cluster, sandbox: Sandbox, namespace: string): Promise<void> {
  const running = new Promise<void>((resolve) => {
    const off = sandbox.store.subscribe('pods', ({ object }) => {
      const { metadata, status } = object as unknown as Pod;
      if (metadata?.namespace !== namespace || status?.phase !== 'Running') return;
      off();
      resolve();
    });
  });
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await cluster.request({ method: 'POST', path: '/api/v1/namespaces', body });
  await cluster.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods`,
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '3600'] }] },
    },
  });
  await running;
}

/** Names of the pods besides web that are there and not being deleted. */
async function remaining(cluster: Cluster, namespace: string): Promise<string[]> {
  const { items } = await cluster.request<{ items: Pod[] }>({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods`,
  });
  return items
    .filter(({ metadata }) => metadata?.name !== 'web' && metadata?.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata?.name ?? '');
}
