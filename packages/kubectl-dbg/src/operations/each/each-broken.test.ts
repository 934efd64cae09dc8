import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { eachRequest, fleetWorld, podOf, run, twelvePods } from './testing/fleet-world.ts';

const WEB = { labelSelector: 'app=web' };

test('resumes a log that breaks off: nothing is missing or duplicated', async (context) => {
  const world = await twelvePods(context);
  const fault = world.sandbox.faults.add({
    point: 'log',
    match: { name: 'web-1' },
    after: { bytes: 3000 },
    times: 1,
    action: { kind: 'break' },
  });
  const report = await run(world, eachRequest(['seq', '1', '500'], { selection: WEB }));
  assert.equal(fault.hits, 1);
  const whole = Array.from({ length: 500 }, (_, index) => `${index + 1}\n`).join('');
  for (const result of report.results) {
    assert.deepEqual([result.class, result.output], ['passed', whole]);
    assert.equal(result.bytes, whole.length);
  }
});

test("a log that can't be read: the target is lost, with its exit code", async (context) => {
  const world = await twelvePods(context);
  world.sandbox.faults.add({
    point: 'request',
    match: { subresource: 'log', name: 'web-1' },
    action: { kind: 'error', code: 500, message: 'no such file' },
  });
  const report = await run(world, eachRequest(['true'], { selection: WEB }));
  const lost = report.results.filter(({ class: result }) => result !== 'passed');
  assert.deepEqual(
    lost.map(({ pod, class: result, reason, exitCode }) => [pod, result, reason, exitCode]),
    [['web-1', 'lost', 'LogUnavailable', 0]],
  );
});

test('a write with a truncated response is sent again, and the command runs once', async (context) => {
  const world = await twelvePods(context);
  const fault = world.sandbox.faults.add({
    point: 'body',
    match: { subresource: 'ephemeralcontainers', name: 'web-1' },
    after: { bytes: 100 },
    times: 1,
    action: { kind: 'break' },
  });
  const report = await run(world, eachRequest(['true'], { selection: WEB }));
  assert.equal(fault.hits, 1);
  assert.equal(report.summary.passed, 4);
});

describe('a watch that falls silent halfway', { concurrency: true }, () => {
  // The list of the four pods, its bookmark, and some of the following events.
  const stall = {
    point: 'watch',
    match: { resource: 'pods', namespace: 'default' },
    action: { kind: 'stall' },
  } as const;
  const first = { ...stall, after: { events: 8 }, times: 1 };

  for (const [how, isOpenedAgain] of [
    ['a new watch returns the rest', true],
    ['reads the pods if a new watch is silent too', false],
  ] as const) {
    test(how, async (context) => {
      const world = await twelvePods(context);
      const { faults } = world.sandbox;
      const silent = isOpenedAgain ? [first] : [first, { ...stall, skip: 1 }];
      const added = silent.map((fault) => faults.add(fault));
      const report = await run(world, eachRequest(['sh', '-c', 'sleep 11; echo here'], { selection: WEB }));
      for (const { hits } of added) assert.ok(hits > 0);
      assert.deepEqual(
        report.results.map(({ pod, class: result, output }) => [pod, result, output]),
        [0, 1, 2, 3].map((index) => [`web-${index}`, 'passed', 'here\n']),
      );
    });
  }

  test('a pod that is deleted meanwhile is lost', async (context) => {
    const world = await twelvePods(context);
    const { faults, store } = world.sandbox;
    const fault = faults.add(first);
    const stop = store.subscribe('pods', () => {
      if (fault.hits === 0) return;
      stop();
      setImmediate(() => store.remove('pods', 'default', 'web-1'));
    });
    const report = await run(world, eachRequest(['sleep', '11'], { selection: WEB }));
    assert.deepEqual(
      report.results.map(({ pod, class: result, reason }) => [pod, result, reason]),
      [
        ['web-0', 'passed', undefined],
        ['web-1', 'lost', 'PodGone'],
        ['web-2', 'passed', undefined],
        ['web-3', 'passed', undefined],
      ],
    );
  });
});

test('a write that succeeds although a gateway responds with 503 is retried repeatedly', async (context) => {
  const world = await twelvePods(context);
  // More often than the client itself retries.
  const times = 7;
  const fault = world.sandbox.faults.add({
    point: 'answer',
    match: { verb: 'patch', subresource: 'ephemeralcontainers', name: 'web-1' },
    times,
    action: { kind: 'respond', code: 503, headers: { 'Retry-After': '0' } },
  });
  const report = await run(world, eachRequest(['true'], { selection: WEB }));
  assert.equal(fault.hits, times);
  assert.equal(report.summary.passed, 4);
  const pod = world.sandbox.store.get('pods', 'default', 'web-1') as Pod | undefined;
  assert.equal(pod?.spec?.ephemeralContainers?.length, 1);
});

test('a pod that is deleted before its turn, or is being deleted, is skipped', async (context) => {
  const world = await fleetWorld(context);
  const lingering = podOf('web', 1);
  await world.runPods([
    podOf('web', 0),
    { ...lingering, metadata: { ...lingering.metadata, finalizers: ['example.com/hold'] } },
    podOf('web', 2),
  ]);
  const remove = (name: string) =>
    world.cluster.request({
      method: 'DELETE',
      path: `/api/v1/namespaces/default/pods/${name}`,
      body: { gracePeriodSeconds: 0 },
    });
  await remove('web-1');
  let removed: Promise<unknown> | undefined;
  const report = await run(world, eachRequest(['true'], { pace: { parallel: 1 } }), {
    on: (event) => {
      if (event.kind === 'started') removed ??= remove('web-2');
    },
  });
  await removed;
  const found = report.results.map(({ pod, class: result, reason }) => [pod, result, reason]);
  assert.deepEqual(
    found.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    [
      ['web-0', 'passed', undefined],
      ['web-1', 'skipped', 'Deleting'],
      ['web-2', 'skipped', 'Deleted'],
    ],
  );
});
