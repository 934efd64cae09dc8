import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, connect as netConnect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { MESSAGE_BYTES } from './websocket-command.ts';
import { Channel, encodeFrame, V4, V5 } from 'kubectl-dbg-wire';
import type { Frame } from 'kubectl-dbg-wire';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { DbgError } from '../../model/failure.ts';
import { kubeconfigFor, startApiServer } from '../../testing/api-server.ts';
import type { ApiServer, ApiServerOptions } from '../../testing/api-server.ts';
import { refuseUpgrade } from '../../testing/refuse-upgrade.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import type { Cluster, ClusterOptions, RemoteCommandOptions } from '../index.ts';

const TARGET: RemoteCommandOptions = {
  namespace: 'shop',
  pod: 'web',
  container: 'dbg',
  stdin: true,
  stdout: true,
  stderr: true,
  tty: false,
};

async function setUp(
  context: CleanUp,
  server: ApiServerOptions,
  options: ClusterOptions = {},
): Promise<{ cluster: Cluster; server: ApiServer }> {
  const started = await startApiServer(context, server);
  return { server: started, cluster: await openTestCluster(context, started, options) };
}

const out = (text: string | Uint8Array) => encodeFrame(Channel.stdout, Buffer.from(text));

async function all(frames: AsyncIterable<Frame>): Promise<Frame[]> {
  const list: Frame[] = [];
  for await (const frame of frames) list.push(frame);
  return list;
}

test('requests the chosen streams, and offers v5 before v4', async (context) => {
  const { cluster, server } = await setUp(
    context,
    { connected: (socket) => socket.close(1000, 'done') },
    { as: 'dan' },
  );
  const attach = await cluster.attach({ ...TARGET, stdin: false, tty: true });
  assert.equal(attach.subprotocol, V5);
  assert.ok(attach.canHalfClose);
  assert.deepEqual(await all(attach), []);
  assert.deepEqual(await attach.closed, { code: 1000, reason: 'done' });
  await (await cluster.exec({ ...TARGET, stderr: false, command: ['sh', '-c', 'a b&c'] })).close();
  const [first, second] = server.requests;
  assert.equal(
    first?.url,
    '/api/v1/namespaces/shop/pods/web/attach?container=dbg&stdout=true&stderr=true&tty=true',
  );
  assert.equal(
    second?.url,
    '/api/v1/namespaces/shop/pods/web/exec?container=dbg&command=sh&command=-c&command=a+b%26c&stdin=true&stdout=true',
  );
  assert.equal(first?.headers['sec-websocket-protocol'], `${V5},${V4}`);
  assert.equal(first?.headers['sec-websocket-extensions'], undefined);
  assert.equal(first?.headers['impersonate-user'], 'dan');
  assert.match(String(first?.headers['user-agent']), /^kubectl-dbg\//);
});

for (const protocol of ['h2', 'plain'] as const) {
  test(`${protocol}: transfers data in both directions, in order`, async (context) => {
    const connected = (socket: WebSocket) => {
      socket.on('message', (data: Buffer) => {
        if (data[0] === Channel.close) socket.close(1000);
        else socket.send(encodeFrame(Channel.stdout, data.subarray(1)));
      });
    };
    const { cluster } = await setUp(context, { protocol, connected });
    const exec = await cluster.exec({ ...TARGET, command: ['cat'] });
    const sent = Buffer.from(Array.from({ length: 3 * MESSAGE_BYTES + 5 }, (_, index) => index % 251));
    const sending = exec.send(Channel.stdin, sent).then(() => exec.endChannel(Channel.stdin));
    const frames = await all(exec);
    await sending;
    const data = frames.map((frame) => (frame.kind === 'data' ? frame.data : Buffer.alloc(0)));
    assert.ok(Buffer.concat(data).equals(sent));
    assert.deepEqual(
      data.map(({ length }) => length),
      [MESSAGE_BYTES, MESSAGE_BYTES, MESSAGE_BYTES, 5],
    );
  });
}

test('loses no messages that arrive together with the response to the upgrade', async (context) => {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => V5 });
  const { cluster } = await setUp(context, {
    upgrade(request, socket, head) {
      socket.cork();
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        for (let line = 0; line < 50; line += 1) accepted.send(out(`${line}\n`));
        accepted.close(1000);
      });
      socket.uncork();
    },
  });
  const attach = await cluster.attach(TARGET);
  // A late reader: all messages are kept for it.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const frames = await all(attach);
  assert.equal(frames.length, 50);
  assert.equal((await attach.closed).code, 1000);
});

test('on v4, does not signal the end of a channel', async (context) => {
  const received: Buffer[] = [];
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => V4 });
  const { cluster } = await setUp(context, {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        accepted.on('message', (data: Buffer) => {
          received.push(data);
          // On v4, channel 255 is just an unknown channel.
          accepted.send(Uint8Array.of(255, 1));
          accepted.close(1000);
        });
      }),
  });
  const attach = await cluster.attach(TARGET);
  assert.ok(!attach.canHalfClose);
  await attach.endChannel(Channel.stdin);
  await attach.send(Channel.stdin, Buffer.from('x'));
  assert.deepEqual(await all(attach), [{ kind: 'data', channel: 255, data: Buffer.from([1]) }]);
  assert.deepEqual(received, [Buffer.from('\0x')]);
});

test('a slow reader slows the sender down, and memory use stays constant', async (context) => {
  const piece = Buffer.alloc(32 * 1024, 0x61);
  const TOTAL = 2000;
  let sent = 0;
  let blocked = 0;
  const { cluster } = await setUp(context, {
    connected(socket) {
      const more = () => {
        if (sent === TOTAL) return socket.close(1000);
        sent += 1;
        socket.send(out(piece), () => setImmediate(more));
      };
      more();
    },
  });
  const attach = await cluster.attach(TARGET);
  const reader = attach[Symbol.asyncIterator]();
  await reader.next();
  // Without a reader the server can only fill the buffers of both kernels.
  for (let before = -1; before !== sent;) {
    before = sent;
    blocked = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(blocked < TOTAL / 2, `the sender got ahead by ${blocked} messages of ${TOTAL}`);
  let bytes = piece.length;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
    if (next.value.kind === 'data') bytes += next.value.data.length;
  }
  assert.equal(bytes, TOTAL * piece.length);
  assert.equal((await attach.closed).code, 1000);
});

test('a sender waits while the peer does not read', async (context) => {
  const paused = new EventEmitter();
  const { cluster } = await setUp(context, {
    connected(socket) {
      socket.pause();
      paused.once('go', () => socket.resume());
      let bytes = 0;
      socket.on('message', (data: Buffer) => {
        bytes += data.length - 1;
        if (bytes === LOAD.length) socket.close(1000);
      });
    },
  });
  const LOAD = Buffer.alloc(32 * 1024 * 1024);
  const attach = await cluster.attach(TARGET);
  let done = false;
  const sending = attach.send(Channel.stdin, LOAD).then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(done, false);
  paused.emit('go');
  await sending;
  await all(attach);
});

const refusals: [
  name: string,
  status: number,
  type: string,
  body: string,
  expected: Record<string, unknown>,
][] = [
  [
    'a Status',
    403,
    'application/json',
    '{"kind":"Status","message":"pods \\"web\\" is forbidden: User \\"dan\\" cannot create resource \\"pods/attach\\"","reason":"Forbidden","code":403}',
    { code: 403, reason: 'Forbidden', message: /cannot create resource "pods\/attach"/ },
  ],
  [
    'plain text',
    500,
    'text/plain',
    'container dbg not found in pod web_shop\n',
    { code: 500, message: /^container dbg not found in pod web_shop$/ },
  ],
  ['nothing', 403, 'text/plain', '', { code: 403, message: /HTTP status 403/ }],
  ['escapes', 400, 'text/plain', 'a\u001b[31m', { code: 400, message: /^a\\x1b\[31m$/ }],
  ['an endless page', 502, 'text/plain', 'x'.repeat(2_000_000), { code: 502, message: /^x{4096}…$/ }],
];

for (const [name, status, type, body, expected] of refusals) {
  test(`an upgrade refused with ${name} becomes an ApiStatusError`, async (context) => {
    const { cluster } = await setUp(context, {
      upgrade: (_, socket) => refuseUpgrade(socket, { status, headers: { 'content-type': type }, body }),
    });
    await assert.rejects(cluster.attach(TARGET), { name: 'ApiStatusError', ...expected });
  });
}

test('reports a redirect instead of following it', async (context) => {
  const { cluster, server } = await setUp(context, {
    upgrade: (_, socket) =>
      refuseUpgrade(socket, { status: 302, headers: { location: 'https://evil.example/' } }),
  });
  await assert.rejects(cluster.attach(TARGET), {
    kind: 'unreachable',
    message: /redirect \(302\) to https:\/\/evil\.example\/, which is not followed/,
  });
  assert.equal(server.requests.length, 1);
});

const brokenUpgrades: [name: string, kind: string, answer: string][] = [
  ['closes', 'unreachable', ''],
  ['does not respond with HTTP', 'protocol', 'what?\r\n\r\n'],
  [
    'accepts with a wrong key',
    'protocol',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
  ],
];

for (const [name, kind, answer] of brokenUpgrades) {
  test(`a server that ${name} when asked to upgrade`, async (context) => {
    const { cluster } = await setUp(context, { upgrade: (_, socket) => socket.end(answer) });
    await assert.rejects(cluster.attach(TARGET), { name: 'DbgError', kind });
  });
}

test('gives up on a server that never responds to the upgrade', async (context) => {
  const { cluster } = await setUp(
    context,
    { upgrade: () => undefined },
    { tuning: { handshakeTimeout: 100 } },
  );
  await assert.rejects(cluster.attach(TARGET), {
    name: 'DbgError',
    kind: 'unreachable',
    message: /timed out/,
  });
});

test('refuses a subprotocol that was not offered', async (context) => {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v3.channel.k8s.io' });
  const { cluster } = await setUp(context, {
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, () => undefined),
  });
  await assert.rejects(cluster.attach(TARGET), {
    name: 'DbgError',
    kind: 'protocol',
    message: /subprotocol/,
  });
});

test('requests a new token after a 401, once', async (context) => {
  let tries = 0;
  const server = await startApiServer(context, {
    upgrade(request, socket) {
      tries += 1;
      refuseUpgrade(socket, { status: 401, body: 'Unauthorized' });
    },
  });
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command: '/bin/echo',
    args: ['{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'],
  };
  const cluster = await openTestCluster(context, server, {}, testWorld(), kubeconfigFor(server, { exec }));
  await assert.rejects(cluster.attach(TARGET), { name: 'ApiStatusError', code: 401 });
  assert.equal(tries, 2);
});

test('a broken connection ends the iteration, with its close code', async (context) => {
  const { cluster } = await setUp(context, {
    connected: (socket) => socket.send(out('a'), () => socket.terminate()),
  });
  const attach = await cluster.attach(TARGET);
  assert.equal((await all(attach)).length, 1);
  assert.equal((await attach.closed).code, 1006);
  await assert.rejects(attach.send(0, Buffer.from('x')), (error: DbgError) => error.kind === 'lost');
});

test("reports an abnormal close with the server's sanitised reason", async (context) => {
  const { cluster } = await setUp(context, { connected: (socket) => socket.close(1011, 'a\u001bb') });
  const attach = await cluster.attach(TARGET);
  assert.deepEqual(await all(attach), []);
  assert.deepEqual(await attach.closed, { code: 1011, reason: 'a\\x1bb' });
});

test('a text message is a protocol error', async (context) => {
  const codes = new EventEmitter();
  const code = once(codes, 'code');
  const { cluster } = await setUp(context, {
    connected(socket) {
      socket.on('close', (given) => codes.emit('code', given));
      socket.send('text');
    },
  });
  const attach = await cluster.attach(TARGET);
  assert.deepEqual(await all(attach), []);
  assert.deepEqual(await code, [1003]);
});

test('a message above the limit ends the connection', async (context) => {
  const { cluster } = await setUp(context, {
    connected: (socket) => socket.send(new Uint8Array(5 * 1024 * 1024)),
  });
  const attach = await cluster.attach(TARGET);
  assert.deepEqual(await all(attach), []);
  const { code, reason } = await attach.closed;
  assert.equal(code, 1006);
  assert.match(reason, /Max payload size exceeded/);
});

test('aborting ends it at once', async (context) => {
  const { cluster } = await setUp(context, {});
  const abort = new AbortController();
  const attach = await cluster.attach({ ...TARGET, signal: abort.signal });
  const reading = all(attach);
  abort.abort();
  assert.deepEqual(await reading, []);
  assert.equal((await attach.closed).code, 1006);
  await assert.rejects(cluster.attach({ ...TARGET, signal: abort.signal }), { name: 'AbortError' });
});

test('close() ends it with 1000, even without a reader or a response from the peer', async (context) => {
  const codes = new EventEmitter();
  const { cluster } = await setUp(
    context,
    {
      connected(socket) {
        for (let count = 0; count < 100; count += 1) socket.send(out('unread'));
        socket.on('close', (code) => codes.emit('code', code));
      },
    },
    { tuning: { closeTimeout: 5000 } },
  );
  const code = once(codes, 'code');
  await (await cluster.attach(TARGET)).close();
  assert.deepEqual(await code, [1000]);

  const deaf = await setUp(
    context,
    { connected: (socket) => socket.pause() },
    { tuning: { closeTimeout: 50 } },
  );
  await (await deaf.cluster.attach(TARGET)).close();
});

test('detects a dead peer by its silence', async (context) => {
  const server = await startApiServer(context, { connected: (socket) => socket.send(out('hello')) });
  let swallow = false;
  const relay = createServer((socket) => {
    const upstream = netConnect(server.port, '127.0.0.1');
    for (const end of [socket, upstream]) {
      end.on('error', () => undefined);
      context.after(() => void end.destroy());
    }
    socket.on('data', (data) => swallow || upstream.write(data));
    upstream.on('data', (data) => swallow || socket.write(data));
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  context.after(() => void relay.close());
  const url = `https://127.0.0.1:${(relay.address() as AddressInfo).port}`;
  const cluster = await openTestCluster(
    context,
    { ...server, url },
    { tuning: { pingInterval: 20, pingTimeout: 600 } },
  );
  const attach = await cluster.attach(TARGET);
  const reader = attach[Symbol.asyncIterator]();
  await reader.next();
  swallow = true;
  assert.equal((await reader.next()).done, true);
  const { code, reason } = await attach.closed;
  assert.equal(code, 1006);
  assert.match(reason, /went dead/);
});

test('a pause of the reader longer than the silence limit is not taken for a dead peer', async (context) => {
  const beats = new EventEmitter();
  // By then the reader has paused for several times the limit.
  const enough = once(beats, 'enough');
  let pings = 0;
  const { cluster } = await setUp(
    context,
    {
      connected(socket) {
        socket.on('ping', () => {
          pings += 1;
          if (pings !== 40) return;
          beats.emit('enough');
          socket.close(1000);
        });
        socket.send(out('a'));
        socket.send(out('b'));
      },
    },
    { tuning: { pingInterval: 20, pingTimeout: 300 } },
  );
  const attach = await cluster.attach(TARGET);
  const reader = attach[Symbol.asyncIterator]();
  await reader.next();
  await enough;
  assert.equal((await reader.next()).done, false);
  assert.equal((await reader.next()).done, true);
  assert.equal((await attach.closed).code, 1000);
});

test('two connections in total: one for requests, one for the upgrade, opened in advance', async (context) => {
  const { cluster, server } = await setUp(context, {
    answer(_, response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    },
    connected: (socket) => socket.close(1000),
  });
  await cluster.request({ method: 'GET', path: '/version' });
  cluster.prepareUpgrade();
  cluster.prepareUpgrade();
  while (server.connections < 2) await new Promise(setImmediate);
  const attach = await cluster.attach(TARGET);
  await all(attach);
  assert.equal(server.connections, 2);
  assert.deepEqual(
    server.requests.map(({ httpVersion }) => httpVersion),
    ['2.0', '1.1'],
  );
});

test('replaces a spare connection that the server has closed', async (context) => {
  const { cluster, server } = await setUp(context, { connected: (socket) => socket.close(1000) });
  cluster.prepareUpgrade();
  while (server.sockets.size === 0) await new Promise(setImmediate);
  const [spare] = server.sockets;
  spare?.destroy();
  await all(await cluster.attach(TARGET));
  assert.equal(server.connections, 2);
});

test('a failure to connect in advance is only reported by the attach', async (context) => {
  const { cluster, server } = await setUp(context, {});
  await server.close();
  cluster.prepareUpgrade();
  await new Promise(setImmediate);
  await assert.rejects(cluster.attach(TARGET), { kind: 'unreachable', message: /connection refused/ });
});

test('closes an unused spare connection with the cluster', async (context) => {
  const { cluster, server } = await setUp(context, {});
  cluster.prepareUpgrade();
  while (server.sockets.size === 0) await new Promise(setImmediate);
  const [spare] = server.sockets;
  const closed = new Promise((resolve) => spare?.once('close', resolve));
  await cluster.close();
  await closed;
});
