import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { startApiServer } from '../../testing/api-server.ts';
import type { ApiServer } from '../../testing/api-server.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import type { ApiStatusError } from '../api-status-error.ts';
import type { RemoteCommandOptions } from '../types.ts';
import { REFUSAL_BODY_MS } from './refusal-body.ts';
import { SpareConnection } from './spare-connection.ts';

const TARGET: RemoteCommandOptions = {
  namespace: 'shop',
  pod: 'web',
  container: 'dbg',
  stdin: true,
  stdout: true,
  stderr: true,
  tty: false,
};

const STATUS = (code: number, reason: string) =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: 'no ticket!',
    reason,
    code,
  });

/** Responds like a real API server: with a Content-Length, keeping the connection open. */
function answer(socket: Duplex, code: number, type: string, body: string, headers = ''): void {
  const length = Buffer.byteLength(body);
  socket.write(
    `HTTP/1.1 ${code} X\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`,
  );
}

/** A server that responds with `upgrade`, keeps connections open, and detects when the client closes them. */
async function keepingServer(
  context: CleanUp,
  upgrade: (request: IncomingMessage, socket: Duplex) => void,
): Promise<ApiServer> {
  return await startApiServer(context, {
    protocol: 'plain',
    upgrade(request, socket) {
      // An HTTP server allows half-open connections: unless read and ended, they would seem alive.
      socket.on('end', () => socket.end()).resume();
      upgrade(request, socket);
    },
  });
}

/** Resolves when the client has closed every connection. */
async function allClosed(server: ApiServer): Promise<void> {
  const closings = [...server.sockets].map(
    (socket) =>
      new Promise<void>((resolve) => (socket.destroyed ? resolve() : socket.on('close', () => resolve()))),
  );
  await Promise.all(closings);
}

const refusals: [what: string, code: number, type: string, body: string, form: string, posts: number][] = [
  ['a Status', 422, 'application/json', STATUS(422, 'Invalid'), 'status', 0],
  ['a Status about rights', 403, 'application/json', STATUS(403, 'Forbidden'), 'status', 1],
  ['words', 500, 'text/plain; charset=utf-8', 'container not found ("dbg")', 'text', 0],
  ['words', 429, 'text/plain', 'slow down', 'text', 0],
  ['text from a proxy without WebSockets', 400, 'text/plain', 'Bad Request', 'text', 1],
  ['a page', 502, 'text/html', '<html>no</html>', 'page', 1],
  ['a page', 404, 'text/html', '<html>no</html>', 'page', 1],
  ['nothing', 404, 'text/plain', '', 'empty', 1],
];
for (const [what, code, type, body, form, posts] of refusals) {
  test(`${code} with ${what}, kept open by the server: reported as ${form}, and closes the connection`, async (context) => {
    const server = await keepingServer(context, (_, socket) => answer(socket, code, type, body));
    const cluster = await openTestCluster(context, server);
    await assert.rejects(cluster.attach(TARGET), { name: 'ApiStatusError', code, form });
    await allClosed(server);
    assert.equal(server.requests.filter(({ method }) => method === 'POST').length, posts);
  });
}

test('Retry-After is reported in milliseconds', async (context) => {
  const server = await keepingServer(context, (_, socket) =>
    answer(socket, 429, 'text/plain', 'later', 'Retry-After: 7\r\n'),
  );
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.attach(TARGET), (error: ApiStatusError) => error.retryAfter === 7_000);
});

test('waits only so long for the slow body of a refusal', async (context) => {
  const server = await keepingServer(context, (_, socket) => {
    socket.write('HTTP/1.1 422 X\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(timer));
  });
  const cluster = await openTestCluster(context, server);
  const began = performance.now();
  await assert.rejects(cluster.attach(TARGET), { code: 422, message: /^x+$/ });
  assert.ok(performance.now() - began < REFUSAL_BODY_MS + 5_000);
  await allClosed(server);
});

test('also for a refusal over SPDY', async (context) => {
  const server = await keepingServer(context, (request, socket) => {
    if (request.method === 'GET') answer(socket, 404, 'text/html', '<html>');
    else socket.write('HTTP/1.1 500 X\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nx');
  });
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.attach(TARGET), { code: 404, form: 'page' });
  await allClosed(server);
});

test('aborting during the slow body of a refusal ends it at once', async (context) => {
  const abort = new AbortController();
  const server = await keepingServer(context, (_, socket) => {
    socket.write('HTTP/1.1 422 X\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nx');
    setImmediate(() => abort.abort(new Error('enough')));
  });
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.attach({ ...TARGET, signal: abort.signal }), /enough/);
  await allClosed(server);
});

test('closes the connection if it is switched to a protocol that was not requested', async (context) => {
  const server = await keepingServer(context, (request, socket) => {
    if (request.method === 'GET') answer(socket, 404, 'text/html', '<html>');
    else socket.write('HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n');
  });
  const cluster = await openTestCluster(context, server);
  await assert.rejects(cluster.attach(TARGET), { code: 404 });
  await allClosed(server);
});

test('destroys a spare connection that opens only after it was closed or abandoned', async (context) => {
  const giveUp = new AbortController();
  const ends: Record<string, (spare: SpareConnection) => void | Promise<void>> = {
    closed: (spare) => spare.close(),
    async 'given up'(spare) {
      const taking = spare.take(giveUp.signal);
      giveUp.abort(new Error('enough'));
      await assert.rejects(taking, /enough/);
    },
  };
  for (const [what, end] of Object.entries(ends))
    await context.test(what, async () => {
      const socket = new Socket();
      let opened: (value: Socket) => void = () => undefined;
      const spare = new SpareConnection(() => new Promise((resolve) => (opened = resolve)));
      spare.prepare();
      await end(spare);
      const closed = once(socket, 'close');
      opened(socket);
      await closed;
    });
});
