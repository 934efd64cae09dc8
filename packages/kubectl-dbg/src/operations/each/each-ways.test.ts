import assert from 'node:assert/strict';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { test } from 'node:test';
import { readSessionNotes } from '../../model/ownership.ts';
import { eachRequest, run, twelvePods } from './testing/fleet-world.ts';

const WEB = { labelSelector: 'app=web' };

const SAY = 'echo out from $KUBECTL_DBG_POD; if [ $KUBECTL_DBG_POD = web-2 ]; then exit 7; fi';

for (const via of ['attach', 'exec'] as const) {
  test(`via ${via}: outputs are complete, exit codes correct, containers terminated`, async (context) => {
    const world = await twelvePods(context);
    const report = await run(world, eachRequest(['sh', '-c', SAY], { selection: WEB, via }));
    for (const { pod, class: result, exitCode, output } of report.results) {
      const failed = pod === 'web-2';
      assert.deepEqual(
        [result, exitCode, output],
        [failed ? 'failed' : 'passed', failed ? 7 : 0, `out from ${pod}\n`],
      );
    }
    assert.equal(report.results.length, 4);
  });

  test(`via ${via}: every command reads a copy of stdin`, async (context) => {
    const world = await twelvePods(context);
    const input = Buffer.from('one\ntwo\n');
    const report = await run(world, { ...eachRequest(['cat'], { selection: WEB, via }), input });
    for (const { class: result, output } of report.results)
      assert.deepEqual([result, output], ['passed', 'one\ntwo\n']);
  });

  test(`via ${via}: a command that takes too long times out, and its output is kept`, async (context) => {
    const world = await twelvePods(context);
    const request = eachRequest(['sh', '-c', 'echo begun; sleep 600'], {
      selection: WEB,
      pace: { runTimeout: 2000 },
      via,
    });
    const report = await run(world, request);
    for (const { class: result, output } of report.results)
      assert.deepEqual([result, output], ['timed-out', 'begun\n']);
  });
}

test('an attach that breaks halfway: the log has the whole output', async (context) => {
  const world = await twelvePods(context);
  const fault = world.sandbox.faults.add({
    point: 'stream-output',
    match: { name: 'web-1', subresource: 'attach' },
    after: { bytes: 20 },
    action: { kind: 'break' },
  });
  const script = 'for n in 1 2 3 4 5 6 7 8; do echo line $n; sleep 0.1; done';
  const report = await run(world, eachRequest(['sh', '-c', script], { selection: WEB, via: 'attach' }));
  assert.equal(fault.hits, 1);
  const whole = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `line ${number}\n`).join('');
  for (const { class: result, output } of report.results)
    assert.deepEqual([result, output], ['passed', whole]);
});

test('an exec that breaks halfway: the target is lost, not failed', async (context) => {
  const world = await twelvePods(context);
  world.sandbox.faults.add({
    point: 'stream-output',
    match: { name: 'web-1', subresource: 'exec' },
    after: { bytes: 10 },
    times: 1,
    action: { kind: 'break' },
  });
  const script = 'for n in 1 2 3 4; do echo line $n; sleep 0.1; done';
  const report = await run(world, eachRequest(['sh', '-c', script], { selection: WEB, via: 'exec' }));
  const lost = report.results.filter(({ class: result }) => result !== 'passed');
  assert.deepEqual(
    lost.map(({ pod, class: result, reason }) => [pod, result, reason]),
    [['web-1', 'lost', 'ConnectionLost']],
  );
});

test('reuse: the second run adds no containers but uses those of the first', async (context) => {
  const world = await twelvePods(context);
  const containers = async () => {
    const { items } = await world.cluster.request<{ items: Pod[] }>({
      method: 'GET',
      path: '/api/v1/namespaces/default/pods',
      query: { labelSelector: 'app=web' },
    });
    return items.map(({ spec }) => spec?.ephemeralContainers?.map(({ name }) => name));
  };
  const ask = (words: readonly string[], parts = {}) =>
    run(world, eachRequest(words, { selection: WEB, via: 'exec', reuse: true, ...parts }));
  const first = await ask(['echo', 'one']);
  const made = await containers();
  assert.deepEqual(
    made,
    Array.from({ length: 4 }, () => [`dbg-${first.run}`]),
  );
  const second = await ask(['sh', '-c', 'echo two $KUBECTL_DBG_POD $KUBECTL_DBG_TOTAL']);
  assert.deepEqual(await containers(), made);
  for (const { pod, class: result, output, debugContainer } of second.results)
    assert.deepEqual([result, output, debugContainer], ['passed', `two ${pod} 4\n`, `dbg-${first.run}`]);
  const other = await ask(['echo', 'three'], { debug: { profile: 'netadmin' } });
  assert.equal(other.summary.passed, 4);
  assert.equal((await containers())[0]?.length, 2, 'other rights need a container of their own');
});

test('records the reason on each pod', async (context) => {
  const world = await twelvePods(context);
  const report = await run(world, { ...eachRequest(['true'], { selection: WEB }), why: 'TICKET-7' });
  assert.equal(report.summary.passed, 4);
  for (const { pod, debugContainer = '' } of report.results) {
    const object = world.sandbox.store.get('pods', 'default', pod) as Pod | undefined;
    const note = object === undefined ? undefined : readSessionNotes(object).get(debugContainer);
    assert.deepEqual([note?.why, note?.who], ['TICKET-7', 'kubernetes-admin']);
  }
});

test('an exec that something between refuses: says who answered, and names the container that waits on', async (context) => {
  const world = await twelvePods(context);
  world.sandbox.faults.add({
    point: 'handshake',
    match: { name: 'web-1', subresource: 'exec' },
    action: { kind: 'respond', code: 404, body: 'nothing here', contentType: 'text/plain' },
  });
  const left: string[] = [];
  const report = await run(world, eachRequest(['true'], { selection: WEB, via: 'exec' }), {
    on: (event) => {
      if (event.kind === 'finished' && event.mayRunOn) left.push(event.result.pod);
    },
  });
  const refused = report.results.find(({ pod }) => pod === 'web-1');
  assert.deepEqual([refused?.class, refused?.reason], ['not-started', 'HTTP 404']);
  assert.match(
    refused?.message ?? '',
    /^something at or behind https:\S+ that is not the API server .* answered with HTTP status 404: nothing here$/,
  );
  assert.deepEqual(left, ['web-1']);
});
