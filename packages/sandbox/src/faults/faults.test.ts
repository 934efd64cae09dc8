import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { afterEach, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { startSandbox, type Fault } from '../index.ts';
import { ApiClient, readCredentials } from '../testing/api-client.ts';
import { FAULT_POINTS } from './points.ts';
import { useSandbox } from '../testing/use-sandbox.ts';

const PODS = '/api/v1/namespaces/default/pods';
const SCRIPT = 'sandbox.kubectl-dbg.dev/script';

const api = useSandbox({ stallable: true, timing: { relistIntervalMs: 10 } });
afterEach(() => {
  api.sandbox.faults.clear();
  api.client.close();
  api.client = new ApiClient(api.sandbox.kubeconfig);
});

/** Creates a simulated pod that runs a script. */
async function createPod(
  name: string,
  script = 'sleep infinity',
  image = 'example.com/app:v1',
): Promise<void> {
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image, stdin: true }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations: { [SCRIPT]: script } }, spec };
  const answer = await api.client.request('POST', PODS, { body: pod });
  assert.equal(answer.status, 201, answer.body);
}

/** Creates a pod, and waits until it runs. */
async function runPod(...pod: Parameters<typeof createPod>): Promise<void> {
  const started = podState(
    pod[0],
    ({ status }) => status?.containerStatuses?.[0]?.state?.running !== undefined,
  );
  await createPod(...pod);
  await started;
}

interface PodLike {
  metadata: { name?: string };
  status?: { containerStatuses?: { state?: { running?: object; waiting?: { reason?: string } } }[] };
}

function podState(name: string, holds: (pod: PodLike) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = api.sandbox.store.subscribe('pods', ({ object }) => {
      if (object.metadata.name !== name || !holds(object)) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

const configMap = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const exists = (name: string): boolean => api.sandbox.store.get('configmaps', 'default', name) !== undefined;
const MAPS = '/api/v1/namespaces/default/configmaps';

/** Whether a promise is still pending after several requests to the same server. */
async function pends(promise: Promise<unknown>): Promise<boolean> {
  const probe = new ApiClient(api.sandbox.kubeconfig);
  const STILL = Symbol('still');
  const turns = (async () => {
    // More round trips than any pending response needs.
    for (let turn = 0; turn < 5; turn += 1) await probe.request('GET', '/version');
    return STILL;
  })();
  const first = await Promise.race([promise.catch(() => {}), turns]);
  await turns;
  probe.close();
  return first === STILL;
}

describe('point request', () => {
  for (const [code, reason] of [
    [401, 'Unauthorized'],
    [410, 'Expired'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
  ] as const) {
    test(`error ${code}: the request is not executed`, async () => {
      api.sandbox.faults.add({
        point: 'request',
        match: { verb: 'create' },
        action: { kind: 'error', code, retryAfterSeconds: 2 },
      });
      const { status, headers, body } = await api.client.request('POST', MAPS, {
        body: configMap('refused'),
      });
      assert.deepEqual({ status, after: headers['retry-after'] }, { status: code, after: '2' });
      assert.equal((JSON.parse(body) as { reason: string }).reason, reason);
      assert.equal(exists('refused'), false);
    });
  }

  test('delay', async () => {
    api.sandbox.faults.add({
      point: 'request',
      match: { resource: 'configmaps' },
      action: { kind: 'delay', milliseconds: 200 },
    });
    const startedAt = performance.now();
    assert.equal((await api.client.request('GET', MAPS)).status, 200);
    assert.ok(performance.now() - startedAt >= 199);
  });

  test('stall: no response until the client disconnects', async () => {
    const fault = api.sandbox.faults.add({
      point: 'request',
      match: { resource: 'configmaps' },
      action: { kind: 'stall' },
    });
    const answer = api.client.request('GET', MAPS);
    await fault.untilHit();
    assert.ok(await pends(answer));
    answer.catch(() => {});
  });

  test('break', async () => {
    api.sandbox.faults.add({ point: 'request', match: { verb: 'create' }, action: { kind: 'break' } });
    await assert.rejects(api.client.request('POST', MAPS, { body: configMap('broken') }));
    assert.equal(exists('broken'), false);
  });

  test('proxy-page', async () => {
    api.sandbox.faults.add({
      point: 'request',
      match: { verb: 'list' },
      action: { kind: 'proxy-page', code: 502 },
    });
    const { status, headers, body } = await api.client.request('GET', MAPS);
    assert.deepEqual({ status, type: headers['content-type'] }, { status: 502, type: 'text/html' });
    assert.match(body, /^<html>/);
  });

  test('skip and times select the requests', async () => {
    const fault = api.sandbox.faults.add({
      point: 'request',
      match: { verb: 'list' },
      action: { kind: 'error', code: 503 },
      skip: 1,
      times: 2,
    });
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await api.client.request('GET', MAPS)).status);
    assert.deepEqual(statuses, [200, 503, 503, 200]);
    assert.equal(fault.hits, 2);
  });

  test('only matching requests are hit, and none after the fault is removed', async () => {
    const fault = api.sandbox.faults.add({
      point: 'request',
      match: { resource: 'secrets', namespace: 'default' },
      action: { kind: 'error', code: 500 },
    });
    assert.equal((await api.client.request('GET', MAPS)).status, 200);
    assert.equal((await api.client.request('GET', '/api/v1/secrets')).status, 200);
    assert.equal((await api.client.request('GET', '/api/v1/namespaces/default/secrets')).status, 500);
    fault.remove();
    assert.equal((await api.client.request('GET', '/api/v1/namespaces/default/secrets')).status, 200);
  });
});

describe('point answer: the request is executed', () => {
  const cases: readonly { action: Extract<Fault, { point: 'answer' }>['action']; status?: number }[] = [
    { action: { kind: 'error', code: 504 }, status: 504 },
    { action: { kind: 'proxy-page', code: 504 }, status: 504 },
    { action: { kind: 'delay', milliseconds: 50 }, status: 201 },
    { action: { kind: 'break' } },
    { action: { kind: 'stall' } },
  ];
  for (const { action, status } of cases) {
    test(action.kind, async () => {
      const name = `answered-${action.kind}`;
      const fault = api.sandbox.faults.add({ point: 'answer', match: { verb: 'create' }, action });
      const answer = api.client.request('POST', MAPS, { body: configMap(name) });
      answer.catch(() => {});
      await fault.untilHit();
      if (status !== undefined) assert.equal((await answer).status, status);
      else if (action.kind === 'stall') assert.ok(await pends(answer));
      else await assert.rejects(answer);
      assert.ok(exists(name));
    });
  }
});

describe('point body', () => {
  for (const kind of ['break', 'end', 'stall'] as const) {
    test(`${kind} after 100 bytes`, async () => {
      api.sandbox.faults.add({
        point: 'body',
        match: { resource: 'nodes' },
        after: { bytes: 100 },
        action: { kind },
      });
      let seen = '';
      await new Promise<void>((resolve) => {
        const onData = (text: string): void => {
          seen += text;
          if (seen.length >= 100) resolve();
        };
        api.client.request('GET', '/api/v1/nodes', { onData }).catch(() => {});
      });
      assert.equal(seen.length, 100);
    });
  }

  test('delay after 100 bytes loses nothing', async () => {
    const action = { kind: 'delay', milliseconds: 50 } as const;
    const fault = api.sandbox.faults.add({
      point: 'body',
      match: { resource: 'nodes' },
      after: { bytes: 100 },
      action,
    });
    const { body } = await api.client.request('GET', '/api/v1/nodes');
    assert.equal((JSON.parse(body) as { kind: string }).kind, 'NodeList');
    assert.equal(fault.hits, 1);
  });
});

describe('point watch', () => {
  const watch = async (fault: Omit<Extract<Fault, { point: 'watch' }>, 'point'>) => {
    const events: { type: string; object: { code?: number; metadata: { name?: string } } }[] = [];
    const active = api.sandbox.faults.add({ point: 'watch', ...fault });
    let text = '';
    const rv = api.sandbox.store.resourceVersion;
    const ended = api.client
      .request('GET', `${MAPS}?watch=true&resourceVersion=${rv}`, {
        onData: (chunk) => {
          text += chunk;
        },
      })
      .then(
        () => 'ended',
        () => 'broken',
      );
    const maps = ['w1', 'w2', 'w3'];
    for (const name of maps)
      api.sandbox.store.create('configmaps', {
        ...configMap(name),
        metadata: { name, namespace: 'default' },
      } as never);
    await active.untilHit();
    const how = (await pends(ended)) ? 'open' : await ended;
    for (const name of maps) api.sandbox.store.remove('configmaps', 'default', name);
    for (const line of text.split('\n').slice(0, -1))
      events.push(JSON.parse(line) as (typeof events)[number]);
    return {
      how,
      events: events.map(({ type, object }) => `${type} ${object.metadata.name ?? object.code}`),
      rest: text.split('\n').at(-1) ?? '',
    };
  };

  test('break after two events', async () => {
    assert.deepEqual(await watch({ after: { events: 2 }, action: { kind: 'break' } }), {
      how: 'broken',
      events: ['ADDED w1', 'ADDED w2'],
      rest: '',
    });
  });
  test('end after one event', async () => {
    assert.deepEqual(await watch({ after: { events: 1 }, action: { kind: 'end' } }), {
      how: 'ended',
      events: ['ADDED w1'],
      rest: '',
    });
  });
  test('expire', async () => {
    const { how, events } = await watch({ after: { events: 1 }, action: { kind: 'expire' } });
    assert.deepEqual({ how, events }, { how: 'ended', events: ['ADDED w1', 'ERROR 410'] });
  });
  test('stall', async () => {
    assert.deepEqual(await watch({ after: { events: 1 }, action: { kind: 'stall' } }), {
      how: 'open',
      events: ['ADDED w1'],
      rest: '',
    });
  });
  test('break in the middle of an event', async () => {
    const { how, events, rest } = await watch({ after: { bytes: 20 }, action: { kind: 'break' } });
    assert.deepEqual({ how, events, length: rest.length }, { how: 'broken', events: [], length: 20 });
  });
  test('a fault hits a watch that is already open at once', async () => {
    const ended = api.client.request('GET', `${MAPS}?watch=true`).then(() => 'ended');
    // Its head has arrived when later requests on this connection have responses.
    await pends(ended);
    api.sandbox.faults.add({ point: 'watch', action: { kind: 'end' } });
    assert.equal(await ended, 'ended');
  });
});

describe('point log', () => {
  before(() => runPod('talker', 'seq 1 1000; sleep infinity'));
  for (const [kind, how] of [
    ['end', 'ended'],
    ['break', 'broken'],
    ['stall', 'open'],
  ] as const) {
    test(`${kind} after 50 bytes of a followed log`, async () => {
      const active = api.sandbox.faults.add({
        point: 'log',
        match: { container: 'app' },
        after: { bytes: 50 },
        action: { kind },
      });
      let seen = '';
      const onData = (text: string): void => {
        seen += text;
      };
      const ended = api.client
        .request('GET', `${PODS}/talker/log?container=app&follow=true`, { onData })
        .then(
          () => 'ended',
          () => 'broken',
        );
      await active.untilHit();
      assert.equal((await pends(ended)) ? 'open' : await ended, how);
      assert.equal(seen.length, 50);
    });
  }
});

describe('over HTTP/1.1', () => {
  const get = (path: string): Promise<{ status: number; connection: string | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const { url, ...credentials } = readCredentials(api.sandbox.kubeconfig);
      const sent = request(`${url}${path}`, { ...credentials, agent: false }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, connection: response.headers.connection, body }),
        );
      });
      sent.on('error', reject);
      sent.end();
    });

  test('proxy-page closes the connection', async () => {
    api.sandbox.faults.add({
      point: 'request',
      match: { verb: 'list' },
      action: { kind: 'proxy-page', code: 504 },
    });
    const { status, connection, body } = await get(MAPS);
    assert.deepEqual({ status, connection }, { status: 504, connection: 'close' });
    assert.match(body, /^<html>/);
  });
  for (const point of ['request', 'answer', 'body'] as const) {
    test(`break at ${point}`, async () => {
      api.sandbox.faults.add({ point, match: { verb: 'list' }, action: { kind: 'break' } });
      await assert.rejects(get(MAPS), { code: 'ECONNRESET' });
    });
  }
  test('error at answer', async () => {
    api.sandbox.faults.add({ point: 'answer', action: { kind: 'error', code: 503 } });
    assert.equal((await get(MAPS)).status, 503);
  });
});

/** Opens attach or exec, and collects the frames. */
function openStream(query: string): { socket: WebSocket; frames: string[]; closed: Promise<number> } {
  const { url, ...credentials } = readCredentials(api.sandbox.kubeconfig);
  const address = `${url.replace('https', 'wss')}${PODS}/shell/${query}`;
  const socket = new WebSocket(address, ['v5.channel.k8s.io'], { ...credentials, perMessageDeflate: false });
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => {
    if (data.length > 1) frames.push(`${data[0]}:${data.subarray(1).toString()}`);
  });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => {
    socket.once('close', resolve);
  });
  return { socket, frames, closed };
}
const EXEC = 'exec?container=app&stdin=true&stdout=true&command=cat';
const stdin = (text: string): Buffer => Buffer.concat([Buffer.of(0), Buffer.from(text)]);

describe('WebSockets', () => {
  before(() => runPod('shell'));

  test('handshake: error, with a body that can be read', async () => {
    api.sandbox.faults.add({
      point: 'handshake',
      match: { subresource: 'exec' },
      action: { kind: 'error', code: 429, retryAfterSeconds: 1 },
    });
    const { socket } = openStream(EXEC);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      NodeJS.ReadableStream & { statusCode: number },
    ];
    assert.equal(response.statusCode, 429);
    let body = '';
    for await (const chunk of response) body += String(chunk);
    assert.equal((JSON.parse(body) as { code: number }).code, 429);
  });

  test('handshake: proxy-page, break, delay, stall', async () => {
    const page = api.sandbox.faults.add({ point: 'handshake', action: { kind: 'proxy-page', code: 503 } });
    const refused = openStream(EXEC);
    const [, response] = (await once(refused.socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    assert.equal(response.statusCode, 503);
    refused.socket.terminate();
    page.remove();
    const broken = api.sandbox.faults.add({ point: 'handshake', action: { kind: 'break' } });
    assert.equal(await openStream(EXEC).closed, 1006);
    broken.remove();
    const late = api.sandbox.faults.add({ point: 'handshake', action: { kind: 'delay', milliseconds: 100 } });
    const delayed = openStream(EXEC);
    await once(delayed.socket, 'open');
    delayed.socket.terminate();
    late.remove();
    const stall = api.sandbox.faults.add({ point: 'handshake', action: { kind: 'stall' } });
    const stalled = openStream(EXEC);
    await stall.untilHit();
    assert.ok(await pends(once(stalled.socket, 'open')));
    stalled.socket.terminate();
  });

  const echo = async (fault: Fault, sent: readonly string[]) => {
    const active = api.sandbox.faults.add(fault);
    const { socket, frames, closed } = openStream(EXEC);
    await once(socket, 'open');
    for (const [index, text] of sent.entries()) {
      socket.send(stdin(text));
      // Wait for each frame, so that each input is a separate output frame.
      for (let turn = 0; frames.length <= index && active.hits === 0 && turn < 1000; turn += 1) {
        await api.client.request('GET', '/version');
      }
    }
    await active.untilHit();
    const how = (await pends(closed)) ? 'open' : await closed;
    socket.terminate();
    return { how, frames };
  };

  test('stream-output: break after two frames (the empty one that opens a stream counts)', async () => {
    const result = await echo({ point: 'stream-output', after: { frames: 2 }, action: { kind: 'break' } }, [
      'a',
      'b',
    ]);
    assert.deepEqual(result, { how: 1006, frames: ['1:a'] });
  });
  test('stream-output: end without a status', async () => {
    const result = await echo({ point: 'stream-output', after: { bytes: 2 }, action: { kind: 'end' } }, [
      'a',
      'b',
    ]);
    assert.deepEqual(result, { how: 1000, frames: ['1:a'] });
  });
  test('stream-output: stall', async () => {
    const result = await echo({ point: 'stream-output', after: { frames: 2 }, action: { kind: 'stall' } }, [
      'a',
      'b',
    ]);
    assert.deepEqual(result, { how: 'open', frames: ['1:a'] });
  });
  test('stream-input: break after a frame', async () => {
    const { how } = await echo({ point: 'stream-input', after: { frames: 1 }, action: { kind: 'break' } }, [
      'a',
      'b',
    ]);
    assert.equal(how, 1006);
  });
  test('stream-input: stall', async () => {
    const { how, frames } = await echo(
      { point: 'stream-input', after: { frames: 1 }, action: { kind: 'stall' } },
      ['a', 'b'],
    );
    assert.deepEqual({ how, frames }, { how: 'open', frames: ['1:a'] });
  });
  test('stream-output: delay holds frames back and loses none', async () => {
    api.sandbox.faults.add({
      point: 'stream-output',
      after: { frames: 1 },
      action: { kind: 'delay', milliseconds: 50 },
    });
    const { socket, frames, closed } = openStream('exec?container=app&stdout=true&command=echo&command=late');
    assert.equal(await closed, 1000);
    assert.equal(frames[0], '1:late\n');
    assert.match(frames[1] ?? '', /^3:.*Success/);
    socket.terminate();
  });
  test('stream-ping: a ping is not answered', async () => {
    const { socket } = openStream(EXEC);
    await once(socket, 'open');
    socket.ping();
    await once(socket, 'pong');
    const fault = api.sandbox.faults.add({ point: 'stream-ping', action: { kind: 'drop' } });
    const pong = once(socket, 'pong');
    socket.ping();
    await fault.untilHit();
    assert.ok(await pends(pong));
    fault.remove();
    socket.ping();
    await pong;
    socket.terminate();
  });
});

describe('point connection', () => {
  test('break: resets all connections, and new ones until the fault is removed', async () => {
    await api.client.request('GET', '/version');
    const closed = api.client.closed();
    const fault = api.sandbox.faults.add({ point: 'connection', action: { kind: 'break' } });
    await closed;
    const other = new ApiClient(api.sandbox.kubeconfig);
    await assert.rejects(other.request('GET', '/version'));
    fault.remove();
    const third = new ApiClient(api.sandbox.kubeconfig);
    assert.equal((await third.request('GET', '/version')).status, 200);
    third.close();
  });

  test('stall: nothing arrives, not even replies to pings, until the fault is removed; nothing is lost', async () => {
    await api.client.request('GET', '/version');
    const fault = api.sandbox.faults.add({ point: 'connection', action: { kind: 'stall' } });
    let answered = false;
    const answer = api.client.request('GET', '/version').then(() => (answered = true));
    const pong = new Promise<void>((resolve) => {
      api.client.session.ping(() => resolve());
    });
    // Meanwhile another server responds many times.
    const other = await startSandbox({ runtime: 'simulated' });
    const probe = new ApiClient(other.kubeconfig);
    for (let turn = 0; turn < 10; turn += 1) await probe.request('GET', '/version');
    probe.close();
    await other.stop();
    assert.equal(answered, false);
    fault.remove();
    await Promise.all([answer, pong]);
  });

  test('cannot be stalled without a relay', async () => {
    const direct = await startSandbox({ runtime: 'simulated' });
    try {
      assert.throws(() => direct.faults.add({ point: 'connection', action: { kind: 'stall' } }), /stallable/);
    } finally {
      await direct.stop();
    }
  });
});

describe('points of the kubelet', () => {
  test('container-start: error', async () => {
    api.sandbox.faults.add({
      point: 'container-start',
      match: { name: 'unlucky' },
      action: { kind: 'error', code: 500, message: 'no luck' },
    });
    const failed = podState(
      'unlucky',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'RunContainerError',
    );
    await createPod('unlucky');
    await failed;
  });
  test('container-start: delay and stall', async () => {
    api.sandbox.faults.add({
      point: 'container-start',
      match: { name: 'late' },
      action: { kind: 'delay', milliseconds: 50 },
    });
    await runPod('late');
    const stall = api.sandbox.faults.add({
      point: 'container-start',
      match: { name: 'never' },
      action: { kind: 'stall' },
    });
    await createPod('never');
    await stall.untilHit();
    const gone = api.client.request('DELETE', `${PODS}/never`);
    assert.equal((await gone).status, 200);
  });
  test('image-pull: error', async () => {
    api.sandbox.faults.add({
      point: 'image-pull',
      match: { name: 'example.com/rare:v1' },
      action: { kind: 'error', code: 500, message: 'disk full' },
    });
    const failed = podState(
      'rare',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
    );
    await createPod('rare', 'true', 'example.com/rare:v1');
    await failed;
  });
});

describe('invalid faults are refused', () => {
  const broken = { kind: 'break' };
  const cases: readonly (readonly [fault: unknown, words: RegExp])[] = [
    [{ point: 'nowhere', action: broken }, /no fault point "nowhere"; there are connection, request/],
    [{ point: 'request', action: { kind: 'end' } }, /at request there is no action "end"; there is error,/],
    [{ point: 'request' }, /at request there is no action undefined/],
    [
      { point: 'log', after: { events: 1 }, action: { kind: 'end' } },
      /log is not counted in events, but in bytes/,
    ],
    [{ point: 'request', action: { kind: 'error', code: 200 } }, /400 to 599, not 200/],
    [{ point: 'request', action: { kind: 'error', code: 429.5 } }, /400 to 599, not 429.5/],
    [{ point: 'request', action: { kind: 'error' } }, /the action "error" needs code/],
    [
      { point: 'request', action: { kind: 'error', code: 500, mesage: 'x' } },
      /has no "mesage"; it has kind, code/,
    ],
    [{ point: 'handshake', action: { kind: 'respond', code: 101 } }, /an HTTP status, 200 to 599, not 101/],
    [{ point: 'request', action: { kind: 'delay' } }, /needs milliseconds/],
    [{ point: 'request', action: broken, times: -1 }, /times must be a number from 0/],
    [{ point: 'request', action: broken, tiems: 1 }, /a fault has no "tiems"/],
    [{ point: 'request', action: broken, match: { verb: 'GET' } }, /no verb "GET"; there are get, list/],
    [{ point: 'request', action: broken, match: { verb: 'post' } }, /no verb "post"/],
    [{ point: 'request', action: broken, match: { ver: 'get' } }, /cannot be matched by "ver", but by verb,/],
    [{ point: 'request', action: broken, match: { name: 5 } }, /match.name must be a string, not 5/],
    [
      { point: 'request', action: broken, match: { resource: 'Pod' } },
      /no resource "Pod"; say resource: "pods"/,
    ],
    [
      { point: 'request', action: broken, match: { resource: 'pods/log' } },
      /no resource "pods\/log"; say resource: "pods", subresource: "log"/,
    ],
    [{ point: 'request', action: broken, match: { group: 'app' } }, /no API group "app"/],
    [
      { point: 'request', action: broken, match: { group: 'apps', resource: 'pods' } },
      /no resource "pods" in the group "apps"/,
    ],
    [
      { point: 'request', action: broken, match: { resource: 'pods', subresource: 'logs' } },
      /pods has no subresource "logs"; there are .*log/,
    ],
    [{ point: 'connection', action: broken, match: { name: 'a' } }, /connection takes no match/],
    [
      { point: 'admission', action: { kind: 'policy-denial', policy: 'a', message: 'b' } },
      /the action "policy-denial" needs binding/,
    ],
  ];
  for (const [fault, words] of cases) {
    test(words.source, () => {
      assert.throws(() => api.sandbox.faults.add(fault as Fault), { name: 'TypeError', message: words });
    });
  }
});

test('every point has a description and actions', () => {
  assert.equal(api.sandbox.faults.points, FAULT_POINTS);
  for (const [name, { about, actions }] of Object.entries(api.sandbox.faults.points)) {
    assert.ok(about.length > 0 && actions.length > 0, name);
  }
});
