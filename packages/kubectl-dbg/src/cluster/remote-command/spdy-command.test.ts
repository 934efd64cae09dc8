import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Channel, commandEnd, decodeStatus, encodeResize, type Frame } from 'kubectl-dbg-wire';
import { FrameReader, FrameWriter, type SpdyFrame } from 'kubectl-dbg-wire/spdy';
import { startSandbox } from 'kube-sandbox';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { DbgError } from '../../model/failure.ts';
import { startApiServer } from '../../testing/api-server.ts';
import { refuseUpgrade } from '../../testing/refuse-upgrade.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import { type Cluster, type ClusterOptions, openCluster, type RemoteCommand } from '../index.ts';

const PODS = '/api/v1/namespaces/default/pods';
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const TARGET = {
  namespace: 'default',
  pod: 'web',
  container: 'main',
  stdin: true,
  stdout: true,
  stderr: true,
  tty: false,
};

/** A running pod, and a client for a user who may `create` attach and exec but not `get` them. */
async function asCreator(context: CleanUp): Promise<Cluster> {
  const sandbox = await startSandbox({ runtime: 'simulated', users: [{ name: 'creator' }] });
  context.after(() => sandbox.stop());
  const admin = await openCluster({ kubeconfig: sandbox.kubeconfig }, testWorld());
  const body = {
    metadata: { name: 'web' },
    spec: {
      containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'while :; do sleep 1; done'] }],
    },
  };
  const created = await admin.request<Pod>({ method: 'POST', path: PODS, body });
  const resources = ['pods/attach', 'pods/exec'];
  await admin.request({
    method: 'POST',
    path: `${RBAC}/roles`,
    body: { metadata: { name: 'creator' }, rules: [{ apiGroups: [''], resources, verbs: ['create'] }] },
  });
  const apiGroup = 'rbac.authorization.k8s.io';
  await admin.request({
    method: 'POST',
    path: `${RBAC}/rolebindings`,
    body: {
      metadata: { name: 'creator' },
      subjects: [{ kind: 'User', apiGroup, name: 'creator' }],
      roleRef: { kind: 'Role', apiGroup, name: 'creator' },
    },
  });
  const running = new AbortController();
  const resourceVersion = created.metadata?.resourceVersion ?? '';
  for await (const { object } of admin.watch<Pod>({ path: PODS, resourceVersion, signal: running.signal })) {
    if (object.status?.phase === 'Running') running.abort();
  }
  await admin.close();
  const options = { kubeconfig: sandbox.kubeconfig, context: 'kube-sandbox-creator' };
  const cluster = await openCluster(options, testWorld());
  context.after(() => cluster.close());
  return cluster;
}

async function textOf(frames: AsyncIterable<Frame>): Promise<Record<number, string>> {
  const text: Record<number, string> = {};
  for await (const frame of frames) {
    if (frame.kind !== 'data') continue;
    text[frame.channel] = (text[frame.channel] ?? '') + Buffer.from(frame.data).toString('latin1');
  }
  return text;
}

test('uses SPDY for a user who may create but not get', async (context) => {
  const cluster = await asCreator(context);

  await context.test('streams apart, and the exit code', async () => {
    const exec = await cluster.exec({
      ...TARGET,
      stdin: false,
      command: ['sh', '-c', 'echo out; echo err >&2; exit 7'],
    });
    assert.equal(exec.subprotocol, 'v4.channel.k8s.io');
    const text = await textOf(exec);
    assert.equal(text[Channel.stdout], 'out\n');
    assert.equal(text[Channel.stderr], 'err\n');
    assert.deepEqual(commandEnd(decodeStatus(Buffer.from(text[Channel.error] ?? ''))), {
      kind: 'exit',
      code: 7,
    });
    assert.deepEqual(await exec.closed, { code: 1000, reason: '' });
  });

  await context.test('much data both ways, and the end of the input', async () => {
    const exec = await cluster.exec({ ...TARGET, command: ['cat'] });
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    const sending = exec.send(Channel.stdin, sent).then(() => exec.endChannel(Channel.stdin));
    const text = await textOf(exec);
    await sending;
    assert.ok(Buffer.from(text[Channel.stdout] ?? '', 'latin1').equals(sent));
    assert.equal((await exec.closed).code, 1000);
  });

  await context.test('the size of a terminal', async () => {
    const exec = await cluster.exec({
      ...TARGET,
      stderr: false,
      tty: true,
      command: ['sh', '-c', 'read x; stty size'],
    });
    await exec.send(Channel.resize, encodeResize({ width: 101, height: 43 }));
    await exec.send(Channel.stdin, Buffer.from('\n'));
    assert.match((await textOf(exec))[Channel.stdout] ?? '', /43 101/);
  });

  await context.test('closing', async () => {
    const attach = await cluster.attach({ ...TARGET, stdin: false });
    await attach.close();
    assert.equal((await attach.closed).code, 1000);
    await assert.rejects(
      attach.send(Channel.stdin, Buffer.from('x')),
      (error: DbgError) => error.kind === 'lost',
    );
  });

  await context.test('aborting', async () => {
    const abort = new AbortController();
    const attach = await cluster.attach({ ...TARGET, signal: abort.signal });
    abort.abort();
    assert.deepEqual(await textOf(attach), {});
  });

  await context.test('an ordinary refusal comes in the words of the server', async () => {
    await assert.rejects(cluster.attach({ ...TARGET, container: 'none' }), {
      name: 'ApiStatusError',
      message: 'container none is not valid for pod web',
    });
  });
});

/** An attach to a server that refuses WebSockets and handles SPDY with `serve`. */
async function attachTo(
  context: CleanUp,
  serve: (send: (frame: SpdyFrame) => void, socket: Duplex) => (frame: SpdyFrame) => void,
  options: ClusterOptions = {},
): Promise<RemoteCommand> {
  const server = await startApiServer(context, {
    upgrade(request, socket) {
      if (request.method === 'GET') return refuseUpgrade(socket, { status: 403, body: '' });
      const writer = new FrameWriter();
      const reader = new FrameReader();
      const handle = serve((frame) => socket.write(writer.write(frame)), socket);
      socket.on('data', (bytes: Buffer) => {
        for (const frame of reader.read(bytes)) handle(frame);
      });
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n' +
          'X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
      );
    },
  });
  const cluster = await openTestCluster(context, server, options);
  return await cluster.attach({ ...TARGET, stdin: false });
}

/** Stream ids of such an attach. */
const ERROR = 1;
const STDOUT = 3;
const STDERR = 5;
const SUCCESS = Buffer.from('{"status":"Success"}');

test('streams that the kubelet resets after the status are a regular end', async (context) => {
  const attach = await attachTo(context, (send) => (frame) => {
    if (frame.type !== 'synStream' || frame.streamId !== STDERR) return;
    send({ type: 'data', streamId: STDOUT, fin: false, data: Buffer.from('all') });
    send({ type: 'data', streamId: ERROR, fin: false, data: SUCCESS });
    for (const streamId of [STDOUT, ERROR, STDERR]) send({ type: 'rstStream', streamId, status: 5 });
  });
  assert.deepEqual(await textOf(attach), { [Channel.stdout]: 'all', [Channel.error]: SUCCESS.toString() });
  assert.equal((await attach.closed).code, 1000);
});

for (const { name, act } of [
  { name: 'breaks', act: (socket: Duplex) => socket.destroy() },
  { name: 'speaks another protocol', act: (socket: Duplex) => socket.write('\x80\x02\0\x01\0\0\0\0') },
]) {
  test(`a connection that ${name} before the status is not a regular end`, async (context) => {
    const attach = await attachTo(context, (send, socket) => (frame) => {
      if (frame.type !== 'synStream' || frame.streamId !== STDERR) return;
      send({ type: 'data', streamId: STDOUT, fin: false, data: Buffer.from('part') });
      setImmediate(() => act(socket));
    });
    assert.deepEqual(await textOf(attach), { [Channel.stdout]: 'part' });
    assert.equal((await attach.closed).code, 1006);
  });
}

test('detects a peer that does not answer pings', async (context) => {
  const tuning = { pingInterval: 50, pingTimeout: 100 };
  const attach = await attachTo(context, () => () => undefined, { tuning });
  assert.deepEqual(await textOf(attach), {});
  assert.match((await attach.closed).reason, /went dead/);
});

test('a peer that answers pings is considered alive', async (context) => {
  const tuning = { pingInterval: 50, pingTimeout: 100 };
  let answered = 0;
  const attach = await attachTo(
    context,
    (send) => (frame) => {
      if (frame.type !== 'ping') return;
      answered += 1;
      send(frame);
      if (answered === 5) send({ type: 'data', streamId: ERROR, fin: true, data: SUCCESS });
      if (answered === 5)
        for (const streamId of [STDOUT, STDERR]) send({ type: 'rstStream', streamId, status: 5 });
    },
    { tuning },
  );
  assert.deepEqual(await textOf(attach), { [Channel.error]: SUCCESS.toString() });
});

test('reports the refusal of the WebSocket if SPDY is refused too', async (context) => {
  const server = await startApiServer(context, {
    upgrade: (request, socket) =>
      refuseUpgrade(socket, { status: 403, body: request.method === 'GET' ? 'no get' : 'no create' }),
  });
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.attach(TARGET), { name: 'ApiStatusError', code: 403, message: 'no get' });
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ['GET', 'POST'],
  );
});

test('over SPDY too, status 500 means that the container has terminated', async (context) => {
  const server = await startApiServer(context, {
    upgrade: (request, socket) =>
      refuseUpgrade(
        socket,
        request.method === 'GET' ? { status: 403, body: '' } : { status: 500, body: 'not found' },
      ),
  });
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.attach(TARGET), { name: 'ApiStatusError', code: 500, message: 'not found' });
});
