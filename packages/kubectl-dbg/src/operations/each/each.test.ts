import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { test } from 'node:test';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import { eachRequest, type FleetWorld, run, twelvePods } from './testing/fleet-world.ts';

test('every pod runs the command once, with its own output, exit code and container name', async (context) => {
  const world = await twelvePods(context);
  const report = await run(
    world,
    eachRequest([
      'sh',
      '-c',
      'echo $KUBECTL_DBG_NAMESPACE/$KUBECTL_DBG_POD/$KUBECTL_DBG_CONTAINER; if [ $KUBECTL_DBG_POD = db-2 ]; then exit 3; fi',
    ]),
  );
  assert.deepEqual(
    { ...report.summary },
    {
      targets: 12,
      passed: 11,
      failed: 1,
      timedOut: 0,
      notStarted: 0,
      lost: 0,
      skipped: 0,
      notAttempted: 0,
      coverage: 1,
    },
  );
  for (const result of report.results) {
    assert.equal(result.output, `default/${result.pod}/app\n`);
    assert.equal(result.exitCode, result.pod === 'db-2' ? 3 : 0);
    assert.equal(result.owner, `StatefulSet/${result.pod.slice(0, -2)}`);
    assert.equal(result.lines, 1);
  }
  assert.equal(report.groups.length, 12);
});

test('groups equal outputs, handles an empty output, and needs only two requests per target', async (context) => {
  const world = await twelvePods(context);
  const paths: string[] = [];
  const counted: FleetWorld['cluster'] = {
    ...world.cluster,
    request: (request) => {
      paths.push(request.method);
      return world.cluster.request(request);
    },
    stream: (request) => {
      paths.push('log');
      return world.cluster.stream(request);
    },
  };
  const report = await run({ ...world, cluster: counted }, eachRequest(['true']));
  assert.deepEqual(
    report.groups.map(({ count, exitCode, output }) => [count, exitCode, output]),
    [[12, 0, '']],
  );
  assert.ok(paths.length <= 24, `${paths.length} requests for 12 targets`);
});

for (const [name, selection, pods] of [
  ['labels', { labelSelector: 'app=db' }, ['db-0', 'db-1', 'db-2', 'db-3']],
  ['one per owner', { onePerOwner: true }, ['db-0', 'mq-0', 'web-0']],
  ['excluded namespaces', { excludeNamespaces: ['default'] }, []],
  ['nothing', { labelSelector: 'app=none' }, []],
] as const) {
  test(`selection: ${name}`, async (context) => {
    const world = await twelvePods(context);
    const report = await run(world, eachRequest(['true'], { selection }));
    const ran = report.results.filter(({ class: entry }) => entry === 'passed').map(({ pod }) => pod);
    assert.deepEqual(ran.toSorted(), pods);
    for (const result of report.results)
      if (result.class === 'skipped') assert.ok(result.reason && result.message);
  });
}

test("an image that can't be pulled: tries only the first target of each node", async (context) => {
  const world = await twelvePods(context);
  world.sandbox.faults.add({
    point: 'image-pull',
    action: { kind: 'error', code: 404, message: 'not found' },
  });
  const report = await run(world, eachRequest(['true'], { debug: { image: 'none' }, pace: { perNode: 1 } }));
  assert.equal(report.summary.notStarted, 12);
  for (const { reason = '' } of report.results) assert.match(reason, /^(ErrImagePull|ImagePullBackOff)$/);
  const { items } = await world.cluster.request<{ items: Pod[] }>({ method: 'GET', path: '/api/v1/pods' });
  const carriers = items.filter(({ spec }) => (spec?.ephemeralContainers ?? []).length > 0);
  assert.equal(carriers.length, 1, 'the others are as they were');
});

test('too many failures stop the run: starts no further targets', async (context) => {
  const world = await twelvePods(context);
  const report = await run(
    world,
    eachRequest(['false'], { pace: { parallel: 1, maxFailures: { count: 2 } } }),
  );
  assert.equal(report.stopped, 'max-failures');
  assert.equal(report.summary.failed, 3);
  assert.equal(report.summary.notAttempted, 9);
});

test('a command that takes too long is stopped, and its output kept', async (context) => {
  const world = await twelvePods(context);
  const report = await run(
    world,
    eachRequest(['sh', '-c', 'echo begun; sleep 600'], {
      selection: { labelSelector: 'app=web' },
      pace: { runTimeout: 2000 },
    }),
  );
  assert.equal(report.summary.timedOut, 4);
  for (const { reason, output } of report.results)
    assert.deepEqual([reason, output], ['TimedOut', 'begun\n']);
});

test('does not touch a pod that was recreated under the same name', async (context) => {
  const world = await twelvePods(context);
  const report = await run(world, eachRequest(['true'], { selection: { labelSelector: 'app=web' } }), {
    confirm: async ({ targets }) => {
      const [target] = targets;
      if (target !== undefined) target.uid = '00000000-0000-4000-8000-000000000000';
      return Promise.resolve(true);
    },
  });
  const lost = report.results.filter(({ class: entry }) => entry === 'lost');
  assert.deepEqual(
    lost.map(({ pod, reason }) => [pod, reason]),
    [['web-0', 'Replaced']],
  );
  assert.equal(report.summary.passed, 3);
});

test('writes outputs and a journal to a directory; resumes the run where it stopped', async (context) => {
  const world = await twelvePods(context);
  const directory = join(await temporaryDirectory(context), 'run');
  const drain = new AbortController();
  const request = eachRequest(['sh', '-c', 'echo from $KUBECTL_DBG_POD'], { pace: { parallel: 1 } });
  let finished = 0;
  const first = await run(world, request, {
    directory,
    drain: drain.signal,
    on: (event) => {
      if (event.kind === 'finished' && event.result.class === 'passed' && (finished += 1) === 5)
        drain.abort();
    },
  });
  assert.equal(first.summary.passed, 5);
  assert.equal(first.summary.notAttempted, 7);
  const again = await run(world, request, { directory, resume: { retryFailed: false, force: false } });
  assert.equal(again.run, first.run);
  assert.equal(again.summary.passed, 12);
  assert.deepEqual(
    new Set(again.groups.map(({ count, output }) => `${count} ${output}`)),
    new Set(again.results.map(({ pod }) => `1 from ${pod}\n`)),
  );
  for (const { outputFile = '', pod } of again.results) {
    assert.equal(await readFile(join(directory, outputFile), 'utf8'), `from ${pod}\n`);
    assert.equal((await stat(join(directory, outputFile))).mode & 0o777, 0o600);
  }
  const starts = (await readFile(join(directory, 'journal.ndjson'), 'utf8'))
    .split('\n')
    .filter((line) => line.includes('"event":"start"'));
  assert.equal(starts.length, 12, 'each target was run once');
  await assert.rejects(
    run(world, eachRequest(['ls']), { directory, resume: { retryFailed: false, force: false } }),
    /another command/,
  );
});

test('all targets wait if the server asks for a pause', async (context) => {
  const world = await twelvePods(context);
  world.sandbox.faults.add({
    point: 'request',
    match: { verb: 'patch', subresource: 'ephemeralcontainers' },
    skip: 3,
    times: 1,
    action: { kind: 'error', code: 429, reason: 'TooManyRequests', message: 'busy', retryAfterSeconds: 2 },
  });
  const started: number[] = [];
  const report = await run(world, eachRequest(['true'], { pace: { parallel: 4, rate: 1000 } }), {
    on: (event) => {
      if (event.kind === 'started') started.push(performance.now());
    },
  });
  assert.equal(report.summary.passed, 12, 'the one that was refused was tried again');
  const gaps = started.slice(1).map((time, index) => time - (started[index] ?? 0));
  assert.ok(Math.max(...gaps) >= 1500, `nobody paused: ${gaps.map(Math.round).join(' ')}`);
});

test('loses no result with a broken watch and a broken connection', async (context) => {
  const world = await twelvePods(context);
  world.sandbox.faults.add({
    point: 'watch',
    match: { resource: 'pods' },
    after: { events: 20 },
    action: { kind: 'break' },
  });
  const report = await run(world, eachRequest(['sh', '-c', 'sleep 0.2; echo done']));
  assert.equal(report.summary.passed, 12);
  for (const { output } of report.results) assert.equal(output, 'done\n');
});

test('a pod that is deleted while the command runs is lost, the others are complete', async (context) => {
  const world = await twelvePods(context);
  const report = await run(
    world,
    eachRequest(['sh', '-c', 'sleep 1; echo done'], { selection: { labelSelector: 'app=web' } }),
    {
      on: (event) => {
        if (event.kind !== 'started' || event.target.pod !== 'web-1') return;
        void world.cluster.request({
          method: 'DELETE',
          path: '/api/v1/namespaces/default/pods/web-1',
          body: { gracePeriodSeconds: 0 },
        });
      },
    },
  );
  const classes = Object.fromEntries(report.results.map(({ pod, class: result }) => [pod, result]));
  assert.deepEqual(classes, { 'web-0': 'passed', 'web-1': 'lost', 'web-2': 'passed', 'web-3': 'passed' });
});
