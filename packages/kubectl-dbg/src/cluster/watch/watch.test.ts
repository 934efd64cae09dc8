import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { startApiServer } from '../../testing/api-server.ts';
import type { AnyRequest, AnyResponse, ApiServer } from '../../testing/api-server.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import type { Cluster, Query, ClientTimeouts, WatchEvent } from '../index.ts';

const PATH = '/api/v1/namespaces/shop/pods';

interface Pod {
  kind?: string;
  metadata: { name?: string; uid?: string; resourceVersion?: string };
}

/** How the server handles one watch: sends these lines, then ends it, breaks it or keeps it open. */
interface WatchStep {
  send?: (string | object)[];
  finish?: 'end' | 'break' | 'stay';
  status?: number;
}

const QUICK: Partial<ClientTimeouts> = {
  watchPause: 1,
  watchPauseLimit: 5,
};
/** For tests that wait until the client gives up. */
const IMPATIENT: Partial<ClientTimeouts> = { ...QUICK, watchGiveUp: 200 };

const pod = (name: string, version: number, uid = name) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, uid, resourceVersion: String(version) },
});
const event = (type: string, object: object) => ({ type, object });
const bookmark = (version: number) =>
  event('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: String(version) } });
const gone = event('ERROR', {
  kind: 'Status',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
});

/** Handles each watch with the next step (the last one repeats), and lists with `list`. */
async function setUp(
  context: CleanUp,
  steps: WatchStep[],
  list: object = { kind: 'PodList', metadata: { resourceVersion: '100' }, items: [] },
  protocol: 'h2' | 'http/1.1' = 'h2',
  tuning = QUICK,
): Promise<{
  cluster: Cluster;
  server: ApiServer;
  watches: () => URLSearchParams[];
  lists: () => URLSearchParams[];
}> {
  let next = 0;
  let sent = 0;
  taken.removeAllListeners();
  const server = await startApiServer(context, {
    protocol,
    answer(request, response) {
      if (!queryOf(request.url).has('watch')) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(list));
        return;
      }
      const step = steps[Math.min(next, steps.length - 1)] ?? {};
      next += 1;
      sent += step.send?.filter((line) => typeof line === 'object').length ?? 0;
      play(step, request, response, sent);
    },
  });
  const queries = (watching: boolean) =>
    server.requests.map(({ url }) => queryOf(url)).filter((query) => query.has('watch') === watching);
  return {
    server,
    cluster: await openTestCluster(context, server, { tuning }),
    watches: () => queries(true),
    lists: () => queries(false),
  };
}

/** Emits `event` with the number of events that the client has received. */
const taken = new EventEmitter();

/** @param sent the number of whole events that have been sent, this step's included */
function play(step: WatchStep, request: AnyRequest, response: AnyResponse, sent = 0): void {
  response.writeHead(step.status ?? 200, { 'content-type': 'application/json' });
  response.flushHeaders?.();
  for (const line of step.send ?? []) {
    response.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
  }
  if (step.finish === 'break') {
    // A reset discards data in flight: the connection is reset only when the client has received everything.
    taken.on('event', (count) => {
      if (count === sent) request.socket.destroy();
    });
  } else if (step.finish !== 'stay') response.end();
}

function queryOf(url = ''): URLSearchParams {
  return new URL(url, 'http://x').searchParams;
}

/** Reads `count` events; returns them as `TYPE name@version`. */
async function take(
  cluster: Cluster,
  count: number,
  query: Query = {},
  signal = new AbortController(),
): Promise<string[]> {
  const seen: string[] = [];
  const events = cluster.watch<Pod>({ path: PATH, query, resourceVersion: '1', signal: signal.signal });
  for await (const found of events) {
    seen.push(show(found));
    taken.emit('event', seen.length);
    if (seen.length === count) signal.abort();
  }
  return seen;
}

function show({ type, object }: WatchEvent<Pod>): string {
  const { name = '', resourceVersion = '-', uid } = object.metadata;
  return `${type} ${name}${uid === undefined || uid === name ? '' : `(${uid})`}@${resourceVersion}`;
}

for (const protocol of ['h2', 'http/1.1'] as const) {
  for (const finish of ['end', 'break'] as const) {
    test(`${protocol}: resumes from the last version when the server ${finish}s it`, async (context) => {
      const { cluster, watches } = await setUp(
        context,
        [
          { send: [event('ADDED', pod('a', 5)), bookmark(9)], finish },
          { send: [event('MODIFIED', pod('a', 12))], finish: 'stay' },
        ],
        undefined,
        protocol,
      );
      const seen = await take(cluster, 3, { fieldSelector: 'metadata.name=a' });
      assert.deepEqual(seen, ['ADDED a@5', 'BOOKMARK @9', 'MODIFIED a@12']);
      assert.deepEqual(
        watches().map((query) => [query.get('resourceVersion'), query.get('fieldSelector')]),
        [
          ['1', 'metadata.name=a'],
          ['9', 'metadata.name=a'],
        ],
      );
    });
  }
}

test('ignores a truncated event; it is sent again', async (context) => {
  const { cluster, watches } = await setUp(context, [
    { send: [event('ADDED', pod('a', 5)), '{"type":"MODIFIED","object":{"metadata":{"na'], finish: 'break' },
    { send: [event('MODIFIED', pod('a', 6))], finish: 'stay' },
  ]);
  assert.deepEqual(await take(cluster, 2), ['ADDED a@5', 'MODIFIED a@6']);
  assert.equal(watches()[1]?.get('resourceVersion'), '5');
});

const ways: [name: string, step: WatchStep][] = [
  ['an ERROR event', { send: [gone] }],
  ['HTTP 410', { status: 410, send: ['{"kind":"Status","code":410,"reason":"Expired"}'] }],
];

for (const [name, step] of ways) {
  test(`after ${name} for an expired version, lists to find the changes`, async (context) => {
    const { cluster, watches, lists } = await setUp(
      context,
      [
        {
          send: [
            event('ADDED', pod('kept', 5)),
            event('ADDED', pod('gone', 6)),
            event('ADDED', pod('again', 7, 'old')),
          ],
        },
        step,
        { send: [event('MODIFIED', pod('kept', 101))], finish: 'stay' },
      ],
      {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '100' },
        items: [pod('kept', 50), { metadata: { name: 'again', uid: 'new', resourceVersion: '60' } }],
      },
    );
    const seen = await take(cluster, 8, { labelSelector: 'app=x' });
    assert.deepEqual(seen, [
      'ADDED kept@5',
      'ADDED gone@6',
      'ADDED again(old)@7',
      'MODIFIED kept@50',
      'DELETED again(old)@-',
      'MODIFIED again(new)@60',
      'DELETED gone@-',
      'MODIFIED kept@101',
    ]);
    assert.equal(watches().at(-1)?.get('resourceVersion'), '100');
    assert.equal(lists()[0]?.get('labelSelector'), 'app=x');
    assert.equal(lists()[0]?.has('resourceVersion'), false);
  });
}

test('adds kind and version to items of a list, as events have them', async (context) => {
  const items = [{ metadata: { name: 'a', resourceVersion: '2' } }];
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '3' }, items };
  const { cluster } = await setUp(context, [{ send: [gone] }, { finish: 'stay' }], list);
  const abort = new AbortController();
  for await (const { object } of cluster.watch<Pod>({
    path: PATH,
    resourceVersion: '1',
    signal: abort.signal,
  })) {
    assert.equal(object.kind, 'Pod');
    abort.abort();
  }
});

test('reports the deletion of a single object during a gap, even if no event had shown the object', async (context) => {
  const { cluster } = await setUp(context, [{ send: [gone] }, { finish: 'stay' }]);
  assert.deepEqual(await take(cluster, 1, { fieldSelector: 'metadata.name=web' }), ['DELETED web@-']);
});

test('retries with pauses after server errors', async (context) => {
  const { cluster } = await setUp(context, [
    { status: 500, send: ['{"kind":"Status","code":500}'] },
    { status: 503 },
    { status: 404, send: ['<html>no route</html>'] },
    { send: [event('ERROR', { kind: 'Status', code: 500, message: 'etcd' })] },
    { send: [event('ADDED', pod('a', 5))], finish: 'stay' },
  ]);
  assert.deepEqual(await take(cluster, 1), ['ADDED a@5']);
});

test('throws a refusal at once', async (context) => {
  const { cluster, server } = await setUp(context, [
    { status: 403, send: ['{"kind":"Status","code":403,"reason":"Forbidden","message":"no"}'] },
  ]);
  await assert.rejects(take(cluster, 1), { name: 'ApiStatusError', code: 403 });
  assert.equal(server.requests.length, 1);
});

test('gives up on a server that stays unreachable', async (context) => {
  const { cluster, server } = await setUp(
    context,
    [{ send: [event('ADDED', pod('a', 5))], finish: 'stay' }],
    undefined,
    'h2',
    IMPATIENT,
  );
  const events = cluster.watch<Pod>({
    path: PATH,
    resourceVersion: '1',
    signal: new AbortController().signal,
  });
  await assert.rejects(
    async () => {
      for await (const _ of events) await server.close();
    },
    { kind: 'unreachable', message: /connection refused/ },
  );
});

test('an endless watch reports each failure, and continues after its time limit', async (context) => {
  const refused = { status: 503, send: ['{"kind":"Status","code":503}'] };
  const { cluster, watches } = await setUp(
    context,
    [
      { send: [event('ADDED', pod('a', 5))], finish: 'end' },
      ...Array.from({ length: 30 }, () => refused),
      { send: [event('MODIFIED', pod('a', 6))], finish: 'stay' },
    ],
    undefined,
    'h2',
    { watchPause: 1, watchPauseLimit: 5, watchGiveUp: 1 },
  );
  const stop = new AbortController();
  const troubles: (number | 'open')[] = [];
  const onTrouble = (failure: unknown) =>
    void troubles.push(failure === undefined ? 'open' : ((failure as { code: number }).code ?? 0));
  const seen: string[] = [];
  for await (const found of cluster.watch<Pod>({
    path: PATH,
    resourceVersion: '1',
    endless: true,
    onTrouble,
    signal: stop.signal,
  })) {
    seen.push(show(found));
    if (seen.length === 2) stop.abort();
  }
  assert.deepEqual(seen, ['ADDED a@5', 'MODIFIED a@6']);
  assert.equal(watches().length, 32);
  assert.equal(troubles.filter((trouble) => trouble === 503).length, 30);
  assert.equal(troubles.at(-1), 'open');
});

test('an endless watch fails like any other request until it has been open', async (context) => {
  const { cluster, watches } = await setUp(context, [
    { status: 500, send: ['{"kind":"Status","code":500}'] },
  ]);
  const signal = new AbortController().signal;
  const events = cluster.watch({ path: PATH, resourceVersion: '1', endless: true, signal });
  await assert.rejects(events[Symbol.asyncIterator]().next(), { code: 500 });
  assert.equal(watches().length, 1);
});

const garbage: [name: string, line: string][] = [
  ['text that is not JSON', 'what?\n'],
  ['a number', '7\n'],
  ['null', 'null\n'],
  ['no object', '{"type":"ADDED"}\n'],
  ['no type', '{"object":{}}\n'],
];

for (const [name, line] of garbage) {
  test(`a line with ${name} is not an event: restarts the watch, and fails if this goes on`, async (context) => {
    const { cluster, server } = await setUp(
      context,
      [{ send: [line], finish: 'stay' }],
      undefined,
      'h2',
      IMPATIENT,
    );
    await assert.rejects(take(cluster, 1), {
      kind: 'protocol',
      message: /something that is not a watch event/,
    });
    assert.ok(server.requests.length > 1);
  });
}

test('ignores empty lines', async (context) => {
  const { cluster } = await setUp(context, [
    { send: ['\n', ' \n', event('ADDED', pod('a', 5))], finish: 'stay' },
  ]);
  assert.deepEqual(await take(cluster, 1), ['ADDED a@5']);
});

test('ends at once when the signal is aborted during silence', async (context) => {
  const { cluster, server } = await setUp(context, [{ finish: 'stay' }]);
  const abort = new AbortController();
  const taken = take(cluster, 1, {}, abort);
  while (server.requests.length === 0) await new Promise(setImmediate);
  abort.abort();
  assert.deepEqual(await taken, []);
  assert.deepEqual(await take(cluster, 1, {}, abort), [], 'an aborted signal: nothing is asked for');
  assert.equal(server.requests.length, 1);
});

test('ends with the cluster, and sends no further request', async (context) => {
  const { cluster, server } = await setUp(context, [{ send: [event('ADDED', pod('a', 5))], finish: 'stay' }]);
  const { signal } = new AbortController();
  for await (const _ of cluster.watch({ path: PATH, resourceVersion: '1', signal })) await cluster.close();
  assert.equal(server.requests.length, 1);
  const asked = cluster.request({ method: 'GET', path: PATH });
  await assert.rejects(asked, { kind: 'unreachable', message: /the client was closed/ });
});

test('ends the request when the reader stops early', async (context) => {
  const requests = new EventEmitter();
  const server = await startApiServer(context, {
    answer(request, response) {
      response.on('close', () => requests.emit('closed'));
      play({ send: [event('ADDED', pod('a', 5))], finish: 'stay' }, request, response);
    },
  });
  const cluster = await openTestCluster(context, server);
  const closed = once(requests, 'closed');
  const { signal } = new AbortController();
  for await (const _ of cluster.watch({ path: PATH, resourceVersion: '1', signal })) break;
  await closed;
  assert.equal(server.sockets.size, 1, 'the connection stays');
});

test('requests initial events only once', async (context) => {
  const initial = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
  const { cluster, watches } = await setUp(context, [
    { send: [event('ADDED', pod('a', 5)), bookmark(9)] },
    { send: [event('MODIFIED', pod('a', 12))], finish: 'stay' },
  ]);
  await take(cluster, 3, initial);
  assert.deepEqual(
    watches().map((query) => query.get('sendInitialEvents')),
    ['true', null],
  );
});

test('--request-timeout ends a watch request, and the watch continues with another one', async (context) => {
  const server = await startApiServer(context, {
    answer(request, response) {
      const second = queryOf(request.url).get('resourceVersion') === '5';
      play({ send: [event('ADDED', pod('a', second ? 6 : 5))], finish: 'stay' }, request, response);
    },
  });
  const cluster = await openTestCluster(context, server, {
    requestTimeout: 700,
    tuning: QUICK,
  });
  assert.deepEqual(await take(cluster, 2), ['ADDED a@5', 'ADDED a@6']);
});

for (const finish of ['end', 'break'] as const) {
  test(`a quiet watch continues although the server ${finish}s each request after some time`, async (context) => {
    const openings = 12;
    const idle = 50;
    let opened = 0;
    const server = await startApiServer(context, {
      protocol: 'http/1.1',
      answer(request, response) {
        opened += 1;
        if (opened > openings) {
          play({ send: [event('ADDED', pod('a', 5))], finish: 'stay' }, request, response);
          return;
        }
        play({ finish: 'stay' }, request, response);
        setTimeout(() => (finish === 'end' ? response.end() : request.socket.destroy()), idle);
      },
    });
    // In total the silent requests take three times the time limit.
    const cluster = await openTestCluster(context, server, { tuning: IMPATIENT });
    assert.deepEqual(await take(cluster, 1), ['ADDED a@5']);
  });
}

test('backs off from a server that ends each watch at once, and gives up', async (context) => {
  const server = await startApiServer(context, {
    answer: (request, response) => play({ finish: 'end' }, request, response),
  });
  // A clock that does not advance during a request, however slow the machine is.
  const world = testWorld({ now: () => server.requests.length * 100 });
  const tuning = { watchPause: 4, watchPauseLimit: 200, watchGiveUp: 1200 };
  const cluster = await openTestCluster(context, server, { tuning }, world);
  const began = performance.now();
  await assert.rejects(take(cluster, 1), { kind: 'lost', message: /ends each watch as soon as/ });
  assert.equal(server.requests.length, 13);
  // 4, 8, 16, 32, 64, 128, and 200 six times, at least half of each.
  assert.ok(performance.now() - began > 700);
});

test('one event per request does not shorten the pauses', async (context) => {
  const { cluster, watches } = await setUp(
    context,
    [{ send: [event('ADDED', pod('a', 5))], finish: 'end' }],
    undefined,
    'h2',
    { watchPause: 1, watchPauseLimit: 100 },
  );
  const began = performance.now();
  await take(cluster, 12);
  assert.equal(watches().length, 12);
  // 1, 2, 4, 8, 16, 32, 64, 100, 100, 100, 100, at least half of each.
  assert.ok(performance.now() - began > 260);
});
