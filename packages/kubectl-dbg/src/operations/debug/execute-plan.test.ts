import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { ApiRequest, Cluster } from '../../cluster/types.ts';
import type { OperationEvent } from '../../model/event.ts';
import type { Plan, Write } from '../../model/plan.ts';
import { type Answer, FakeCluster } from '../../testing/fake-cluster.ts';
import { CreatedObjects } from './created-objects.ts';
import { executePlan, type ExecutePlanOptions } from './execute-plan.ts';
import { statusError } from './testing/fake-cluster.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const ADDRESS = { namespace: 'shop', pod: 'web', container: 'app' };
const DETACH = Uint8Array.of(16, 17);

/** A cluster that accepts writes, except those whose method the test lets fail. */
class WritableCluster extends FakeCluster {
  readonly writes: string[] = [];
  readonly fails = new Set<string>();

  /** The exec terminates the sleeper. */
  override async exec(options: Parameters<FakeCluster['exec']>[0]): ReturnType<FakeCluster['exec']> {
    const command = await super.exec(options);
    if (options.command[0] === 'kill') this.end(0, true);
    return command;
  }

  override request<T>(request: ApiRequest): Promise<T> {
    const { method, path } = request;
    if (method !== 'GET') this.writes.push(`${method} ${path.slice(PODS.length)}`.trim());
    if (this.fails.has(method)) return Promise.reject(statusError(403, request, 'Forbidden'));
    return super.request<T>(request);
  }
}

const create: Write = {
  verb: 'create',
  path: PODS,
  contentType: 'application/json',
  body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } },
  after: 'now',
};
const copyPlan: Plan = {
  workflow: 'copy',
  writes: [create],
  notices: [],
  session: { address: ADDRESS, stdin: true, tty: true },
  cleanup: [{ path: `${PODS}/web`, what: 'pod shop/web' }],
  pod: { metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [{ name: 'app' }] } },
};
const { session: _, ...withoutSession } = copyPlan;

function scene(plan: Plan, change: Partial<ExecutePlanOptions> = {}, answers: Answer[] = ['open']) {
  const cluster = new WritableCluster(answers);
  const events: OperationEvent[] = [];
  const created = new CreatedObjects();
  const abort = new AbortController();
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const run = () =>
    executePlan(plan, {
      cluster: Object.assign(cluster, { preload: () => Promise.resolve() }) as unknown as Cluster,
      request: { attach: true, stdin: true, tty: true },
      io: {
        stdin,
        stdout: new PassThrough().resume(),
        stderr: new PassThrough().resume(),
        now: () => 0,
        onSignal: () => () => {},
        passOutput: () => () => {},
        suspend: () => {},
      },
      timeout: 0,
      detachKeys: DETACH,
      session: 'ours',
      created,
      on: (event) => events.push(event),
      signal: abort.signal,
      ...change,
    });
  /** Resolves when the stream to the container is open. */
  const attached = async () => {
    while (cluster.commands.length === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  const kinds = () => events.map(({ kind }) => kind);
  return { cluster, events, kinds, created, abort, stdin, run, attached };
}

test('removes what it created after the session, and then takes it off the list', async () => {
  const { cluster, created, run, attached } = scene(copyPlan);
  const running = run();
  await attached();
  assert.equal(created.remaining.length, 1, 'while it is there it is on the list');
  cluster.end(5, true);
  assert.deepEqual((await running).outcome, { kind: 'exited', code: 5 });
  assert.deepEqual(cluster.writes, ['POST', 'DELETE /web']);
  assert.deepEqual(created.remaining, []);
});

test('keeps what is to be kept', async () => {
  const { cluster, created, run, attached } = scene({ ...copyPlan, cleanup: [] });
  const running = run();
  await attached();
  cluster.end(0, true);
  await running;
  assert.deepEqual(cluster.writes, ['POST']);
  assert.deepEqual(created.remaining, []);
});

test('a session continues after a detach', async () => {
  const { cluster, kinds, created, stdin, run, attached } = scene(copyPlan);
  const running = run();
  await attached();
  stdin.write(DETACH);
  assert.deepEqual((await running).outcome, { kind: 'detached' });
  assert.ok(kinds().includes('detached'));
  assert.deepEqual(cluster.writes, ['POST']);
  assert.deepEqual(created.remaining, []);
});

test('does not wait if it should only create', async () => {
  const { cluster, kinds, run } = scene(copyPlan, { request: { attach: false, stdin: true, tty: true } });
  assert.deepEqual((await run()).outcome, { kind: 'created' });
  assert.deepEqual(kinds(), ['created']);
  assert.equal(cluster.commands.length, 0);
  assert.deepEqual(cluster.writes, ['POST']);
});

test('leaves nothing to remove after a refused write', async () => {
  const { cluster, created, run } = scene(copyPlan);
  cluster.fails.add('POST');
  await assert.rejects(run(), { kind: 'refused', message: /^cannot create the copy/ });
  assert.deepEqual(cluster.writes, ['POST']);
  assert.deepEqual(created.remaining, []);
});

test('removes what it created before it exits after an interruption', async () => {
  const { cluster, created, abort, run, attached } = scene(copyPlan);
  const running = run();
  await attached();
  abort.abort(new Error('enough'));
  assert.equal((await running).outcome.kind, 'lost');
  assert.deepEqual(cluster.writes, ['POST', 'DELETE /web']);
  assert.deepEqual(created.remaining, []);
  assert.ok(cluster.commands.every(({ over }) => over));
});

test('names what it could not remove, and keeps it on the list', async () => {
  const { cluster, events, created, run, attached } = scene(copyPlan);
  const running = run();
  await attached();
  cluster.fails.add('DELETE');
  cluster.end(0, true);
  assert.equal((await running).outcome.kind, 'exited', 'the session is no failure for that');
  const left = events.find(({ kind }) => kind === 'left-behind');
  assert.ok(left?.kind === 'left-behind' && left.sure);
  assert.deepEqual(left.object, { kind: 'pod', namespace: 'shop', pod: 'web' });
  assert.equal(created.remaining.length, 1);
});

test('says how to attach again after a lost session only if its pod stays', async () => {
  for (const [cleanup, isThere] of [
    [copyPlan.cleanup, false],
    [[], true],
  ] as const) {
    const { cluster, run, attached } = scene({ ...copyPlan, cleanup: [...cleanup] });
    const running = run();
    await attached();
    cluster.hidePod();
    cluster.loseWatch();
    const { outcome } = await running;
    assert.ok(outcome.kind === 'lost');
    assert.equal(outcome.runsOn !== undefined, isThere);
  }
});

test('does not delete the original of a copy that crashes', async () => {
  const remove: Write = {
    verb: 'delete',
    path: `${PODS}/original`,
    contentType: 'application/json',
    body: { preconditions: { uid: 'o' } },
    after: 'copy-running',
  };
  const { cluster, kinds, run } = scene({ ...withoutSession, writes: [create, remove], cleanup: [] });
  const running = run();
  while (!kinds().includes('replacing')) await new Promise((resolve) => setImmediate(resolve));
  cluster.end(1, true);
  const { outcome } = await running;
  assert.equal(outcome.kind, 'never-started');
  assert.deepEqual(kinds(), ['replacing', 'not-replaced']);
  assert.deepEqual(cluster.writes, ['POST']);
});

for (const [how, ends, waits = false] of [
  ['which keeps running', false],
  ['which has terminated', true],
  ['which has not started', false, true],
] as const) {
  test(`an interruption of a session in a container, ${how}`, async () => {
    class Interrupted extends Error {
      override readonly name = 'Interrupted';
      readonly signal = 'SIGTERM';
    }
    const ephemeral: Plan = {
      ...copyPlan,
      workflow: 'ephemeral',
      writes: [{ ...create, verb: 'patch', path: `${PODS}/web/ephemeralcontainers`, body: { spec: {} } }],
      cleanup: [],
    };
    const { cluster, events, kinds, abort, run, attached } = scene(ephemeral);
    cluster.hasStarted = !waits;
    const running = run();
    if (!waits) await attached();
    else while (!kinds().includes('progress')) await new Promise((resolve) => setImmediate(resolve));
    if (ends) cluster.end(0, true);
    else abort.abort(new Interrupted());
    await running;
    const left = events.filter(({ kind }) => kind === 'left-behind');
    assert.deepEqual(
      left,
      ends ? [] : [{ kind: 'left-behind', object: { kind: 'container', ...ADDRESS }, sure: true }],
    );
  });
}

test('after a refused exec, stops the sleeping container, or names it', async () => {
  const ephemeral: Plan = {
    ...copyPlan,
    workflow: 'ephemeral',
    writes: [{ ...create, verb: 'patch', path: `${PODS}/web/ephemeralcontainers`, body: { spec: {} } }],
    session: { address: ADDRESS, stdin: false, tty: false },
    cleanup: [],
  };
  const exec = { words: ['true'], end: ['kill', '1'] };
  const request = { attach: true, stdin: false, tty: false };
  const { cluster, events, created, run } = scene(ephemeral, { exec, request }, ['refused']);
  assert.equal((await run()).outcome.kind, 'refused');
  assert.ok(cluster.execs.length > 0 && cluster.execs.every(({ words }) => words[0] === 'kill'));
  assert.ok(!events.some(({ kind }) => kind === 'left-behind'));
  assert.deepEqual(created.remaining, []);
});
