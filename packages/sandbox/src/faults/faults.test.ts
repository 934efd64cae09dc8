import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { after, afterEach, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { startSandbox, type Fault, type Sandbox } from '../index.ts';
import { ApiClient, readCredentials } from '../testing/api-client.ts';
import { FAULT_POINTS } from './points.ts';

const PODS = '/api/v1/namespaces/default/pods';
const SCRIPT = 'sandbox.kubectl-dbg.dev/script';

let sandbox: Sandbox;
let client: ApiClient;

before(async () => {
  sandbox = await startSandbox({ runtime: 'simulated', stallable: true, timing: { relistIntervalMs: 10 } });
  client = new ApiClient(sandbox.kubeconfig);
});
afterEach(() => {
  sandbox.faults.clear();
  client.close();
  client = new ApiClient(sandbox.kubeconfig);
});
after(async () => {
  client.close();
  await sandbox.stop();
});

/** Creates a pod that does what the script says, and waits until it runs. */
async function createPod(
  name: string,
  script = 'sleep infinity',
  image = 'example.com/app:v1',
): Promise<void> {
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image, stdin: true }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations: { [SCRIPT]: script } }, spec };
  const started = podState(
    name,
    ({ status }) => status?.containerStatuses?.[0]?.state?.running !== undefined,
  );
  const answer = await client.request('POST', PODS, { body: pod });
  assert.equal(answer.status, 201, answer.body);
  await started;
}

interface PodLike {
  metadata: { name?: string };
  status?: { containerStatuses?: { state?: { running?: object; waiting?: { reason?: string } } }[] };
}

function podState(name: string, holds: (pod: PodLike) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = sandbox.store.subscribe('pods', ({ object }) => {
      if (object.metadata.name !== name || !holds(object)) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

const configMap = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const exists = (name: string): boolean => sandbox.store.get('configmaps', 'default', name) !== undefined;
const MAPS = '/api/v1/namespaces/default/configmaps';

/** True if a promise is still pending after everything that is ready has had its turn, several times over. */
async function pends(promise: Promise<unknown>): Promise<boolean> {
  const probe = new ApiClient(sandbox.kubeconfig);
  const STILL = Symbol('still');
  const turns = (async () => {
    // An answer takes two round trips on the loopback; this is many.
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
    test(`error ${code}: nothing was done`, async () => {
      sandbox.faults.add({
        point: 'request',
        match: { verb: 'create' },
        action: { kind: 'error', code, retryAfterSeconds: 2 },
      });
      const { status, headers, body } = await client.request('POST', MAPS, { body: configMap('refused') });
      assert.deepEqual({ status, after: headers['retry-after'] }, { status: code, after: '2' });
      assert.equal((JSON.parse(body) as { reason: string }).reason, reason);
      assert.equal(exists('refused'), false);
    });
  }

  test('delay', async () => {
    sandbox.faults.add({
      point: 'request',
      match: { resource: 'configmaps' },
      action: { kind: 'delay', milliseconds: 200 },
    });
    const startedAt = performance.now();
    assert.equal((await client.request('GET', MAPS)).status, 200);
    assert.ok(performance.now() - startedAt >= 199);
  });

  test('stall: silence until the client goes', async () => {
    const fault = sandbox.faults.add({
      point: 'request',
      match: { resource: 'configmaps' },
      action: { kind: 'stall' },
    });
    const answer = client.request('GET', MAPS);
    await fault.untilStruck();
    assert.ok(await pends(answer));
    answer.catch(() => {});
  });

  test('break', async () => {
    sandbox.faults.add({ point: 'request', match: { verb: 'create' }, action: { kind: 'break' } });
    await assert.rejects(client.request('POST', MAPS, { body: configMap('broken') }));
    assert.equal(exists('broken'), false);
  });

  test('proxy-page', async () => {
    sandbox.faults.add({
      point: 'request',
      match: { verb: 'list' },
      action: { kind: 'proxy-page', code: 502 },
    });
    const { status, headers, body } = await client.request('GET', MAPS);
    assert.deepEqual({ status, type: headers['content-type'] }, { status: 502, type: 'text/html' });
    assert.match(body, /^<html>/);
  });

  test('skip and times choose which ones', async () => {
    const fault = sandbox.faults.add({
      point: 'request',
      match: { verb: 'list' },
      action: { kind: 'error', code: 503 },
      skip: 1,
      times: 2,
    });
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await client.request('GET', MAPS)).status);
    assert.deepEqual(statuses, [200, 503, 503, 200]);
    assert.equal(fault.struck, 2);
  });

  test('only what matches is struck, and nothing once it is removed', async () => {
    const fault = sandbox.faults.add({
      point: 'request',
      match: { resource: 'secrets', namespace: 'default' },
      action: { kind: 'error', code: 500 },
    });
    assert.equal((await client.request('GET', MAPS)).status, 200);
    assert.equal((await client.request('GET', '/api/v1/secrets')).status, 200);
    assert.equal((await client.request('GET', '/api/v1/namespaces/default/secrets')).status, 500);
    fault.remove();
    assert.equal((await client.request('GET', '/api/v1/namespaces/default/secrets')).status, 200);
  });
});

describe('point answer: the request was carried out', () => {
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
      const fault = sandbox.faults.add({ point: 'answer', match: { verb: 'create' }, action });
      const answer = client.request('POST', MAPS, { body: configMap(name) });
      answer.catch(() => {});
      await fault.untilStruck();
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
      sandbox.faults.add({
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
        client.request('GET', '/api/v1/nodes', { onData }).catch(() => {});
      });
      assert.equal(seen.length, 100);
    });
  }

  test('delay after 100 bytes loses nothing', async () => {
    const action = { kind: 'delay', milliseconds: 50 } as const;
    const fault = sandbox.faults.add({
      point: 'body',
      match: { resource: 'nodes' },
      after: { bytes: 100 },
      action,
    });
    const { body } = await client.request('GET', '/api/v1/nodes');
    assert.equal((JSON.parse(body) as { kind: string }).kind, 'NodeList');
    assert.equal(fault.struck, 1);
  });
});

describe('point watch', () => {
  const watch = async (fault: Omit<Extract<Fault, { point: 'watch' }>, 'point'>) => {
    const events: { type: string; object: { code?: number; metadata: { name?: string } } }[] = [];
    const active = sandbox.faults.add({ point: 'watch', ...fault });
    let text = '';
    const rv = sandbox.store.resourceVersion;
    const ended = client
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
      sandbox.store.create('configmaps', {
        ...configMap(name),
        metadata: { name, namespace: 'default' },
      } as never);
    await active.untilStruck();
    const how = (await pends(ended)) ? 'open' : await ended;
    for (const name of maps) sandbox.store.remove('configmaps', 'default', name);
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
  test('one that is open already is struck at once', async () => {
    const ended = client.request('GET', `${MAPS}?watch=true`).then(() => 'ended');
    // Its head has come once others on this connection are answered.
    await pends(ended);
    sandbox.faults.add({ point: 'watch', action: { kind: 'end' } });
    assert.equal(await ended, 'ended');
  });
});

describe('point log', () => {
  before(() => createPod('talker', 'seq 1 1000; sleep infinity'));
  for (const [kind, how] of [
    ['end', 'ended'],
    ['break', 'broken'],
    ['stall', 'open'],
  ] as const) {
    test(`${kind} after 50 bytes of a followed log`, async () => {
      const active = sandbox.faults.add({
        point: 'log',
        match: { container: 'app' },
        after: { bytes: 50 },
        action: { kind },
      });
      let seen = '';
      const onData = (text: string): void => {
        seen += text;
      };
      const ended = client.request('GET', `${PODS}/talker/log?container=app&follow=true`, { onData }).then(
        () => 'ended',
        () => 'broken',
      );
      await active.untilStruck();
      assert.equal((await pends(ended)) ? 'open' : await ended, how);
      assert.equal(seen.length, 50);
    });
  }
});

describe('over HTTP/1.1', () => {
  const get = (path: string): Promise<{ status: number; connection: string | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const { url, ...credentials } = readCredentials(sandbox.kubeconfig);
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
    sandbox.faults.add({
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
      sandbox.faults.add({ point, match: { verb: 'list' }, action: { kind: 'break' } });
      await assert.rejects(get(MAPS), { code: 'ECONNRESET' });
    });
  }
  test('error at answer', async () => {
    sandbox.faults.add({ point: 'answer', action: { kind: 'error', code: 503 } });
    assert.equal((await get(MAPS)).status, 503);
  });
});

/** Opens attach or exec; frames collects what comes. */
function openStream(query: string): { socket: WebSocket; frames: string[]; closed: Promise<number> } {
  const { url, ...credentials } = readCredentials(sandbox.kubeconfig);
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
  before(() => createPod('shell'));

  test('handshake: error, with a body that can be read', async () => {
    sandbox.faults.add({
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
    const page = sandbox.faults.add({ point: 'handshake', action: { kind: 'proxy-page', code: 503 } });
    const refused = openStream(EXEC);
    const [, response] = (await once(refused.socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    assert.equal(response.statusCode, 503);
    refused.socket.terminate();
    page.remove();
    const broken = sandbox.faults.add({ point: 'handshake', action: { kind: 'break' } });
    assert.equal(await openStream(EXEC).closed, 1006);
    broken.remove();
    const late = sandbox.faults.add({ point: 'handshake', action: { kind: 'delay', milliseconds: 100 } });
    const delayed = openStream(EXEC);
    await once(delayed.socket, 'open');
    delayed.socket.terminate();
    late.remove();
    const stall = sandbox.faults.add({ point: 'handshake', action: { kind: 'stall' } });
    const stalled = openStream(EXEC);
    await stall.untilStruck();
    assert.ok(await pends(once(stalled.socket, 'open')));
    stalled.socket.terminate();
  });

  const echo = async (fault: Fault, sent: readonly string[]) => {
    const active = sandbox.faults.add(fault);
    const { socket, frames, closed } = openStream(EXEC);
    await once(socket, 'open');
    for (const [index, text] of sent.entries()) {
      socket.send(stdin(text));
      // One frame after the other, so that each is a frame of the output too.
      for (let turn = 0; frames.length <= index && active.struck === 0 && turn < 1000; turn += 1) {
        await client.request('GET', '/version');
      }
    }
    await active.untilStruck();
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
    sandbox.faults.add({
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
    const fault = sandbox.faults.add({ point: 'stream-ping', action: { kind: 'drop' } });
    const pong = once(socket, 'pong');
    socket.ping();
    await fault.untilStruck();
    assert.ok(await pends(pong));
    fault.remove();
    socket.ping();
    await pong;
    socket.terminate();
  });
});

describe('point connection', () => {
  test('break: every open one, and none comes up until the fault is removed', async () => {
    await client.request('GET', '/version');
    const closed = client.closed();
    const fault = sandbox.faults.add({ point: 'connection', action: { kind: 'break' } });
    await closed;
    const other = new ApiClient(sandbox.kubeconfig);
    await assert.rejects(other.request('GET', '/version'));
    fault.remove();
    const third = new ApiClient(sandbox.kubeconfig);
    assert.equal((await third.request('GET', '/version')).status, 200);
    third.close();
  });

  test('stall: nothing comes, not even answers to pings, and all of it once the fault is removed', async () => {
    await client.request('GET', '/version');
    const fault = sandbox.faults.add({ point: 'connection', action: { kind: 'stall' } });
    let answered = false;
    const answer = client.request('GET', '/version').then(() => (answered = true));
    const pong = new Promise<void>((resolve) => {
      client.session.ping(() => resolve());
    });
    // Long for the loopback; nothing to be awaited says that nothing will come.
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
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
    sandbox.faults.add({
      point: 'container-start',
      match: { name: 'unlucky' },
      action: { kind: 'error', code: 500, message: 'no luck' },
    });
    const failed = podState(
      'unlucky',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'RunContainerError',
    );
    void createPod('unlucky');
    await failed;
  });
  test('container-start: delay and stall', async () => {
    sandbox.faults.add({
      point: 'container-start',
      match: { name: 'late' },
      action: { kind: 'delay', milliseconds: 50 },
    });
    await createPod('late');
    const stall = sandbox.faults.add({
      point: 'container-start',
      match: { name: 'never' },
      action: { kind: 'stall' },
    });
    void createPod('never');
    await stall.untilStruck();
    const gone = client.request('DELETE', `${PODS}/never`);
    assert.equal((await gone).status, 200);
  });
  test('image-pull: error', async () => {
    sandbox.faults.add({
      point: 'image-pull',
      match: { name: 'example.com/rare:v1' },
      action: { kind: 'error', code: 500, message: 'disk full' },
    });
    const failed = podState(
      'rare',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
    );
    void createPod('rare', 'true', 'example.com/rare:v1');
    await failed;
  });
});

describe('a fault that makes no sense is refused', () => {
  const cases: readonly (readonly [fault: unknown, words: RegExp])[] = [
    [
      { point: 'nowhere', action: { kind: 'break' } },
      /no fault point "nowhere"; there are connection, request/,
    ],
    [{ point: 'request', action: { kind: 'end' } }, /at request there is no end; there is error, delay/],
    [
      { point: 'log', after: { events: 1 }, action: { kind: 'end' } },
      /log is not counted in events, but in bytes/,
    ],
    [{ point: 'request', action: { kind: 'error', code: 200 } }, /400 to 599/],
    [{ point: 'request', action: { kind: 'break' }, times: -1 }, /times must be a number from 0/],
  ];
  for (const [fault, words] of cases) {
    test(words.source, () => {
      assert.throws(() => sandbox.faults.add(fault as Fault), { name: 'TypeError', message: words });
    });
  }
});

test('every point says what it is and what it can do', () => {
  assert.equal(sandbox.faults.points, FAULT_POINTS);
  for (const [name, { about, actions }] of Object.entries(sandbox.faults.points)) {
    assert.ok(about.length > 0 && actions.length > 0, name);
  }
});
