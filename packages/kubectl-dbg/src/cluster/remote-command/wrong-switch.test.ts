import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { startApiServer } from '../../testing/api-server.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import type { DbgError } from '../../model/failure.ts';

const TARGET = {
  namespace: 'shop',
  pod: 'web',
  container: 'dbg',
  stdin: false,
  stdout: true,
  stderr: true,
  tty: false,
};
/** Source: RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

type Switch = (request: IncomingMessage) => string[];
const fits = ({ headers }: IncomingMessage) =>
  `Sec-WebSocket-Accept: ${createHash('sha1')
    .update(`${headers['sec-websocket-key']}${GUID}`)
    .digest('base64')}`;

/** 101 responses to a WebSocket handshake that violate RFC 6455, and the expected messages. */
const WRONG: readonly [what: string, head: Switch, said: RegExp][] = [
  [
    'another key',
    () => ['Upgrade: websocket', 'Sec-WebSocket-Accept: x', 'Sec-WebSocket-Protocol: v5.channel.k8s.io'],
    /Sec-WebSocket-Accept/,
  ],
  ['no subprotocol', (request) => ['Upgrade: websocket', fits(request)], /none of the subprotocols/],
  [
    'another subprotocol',
    (request) => ['Upgrade: websocket', fits(request), 'Sec-WebSocket-Protocol: mqtt'],
    /subprotocol that was not offered/,
  ],
  ['another protocol', (request) => ['Upgrade: h2c', fits(request)], /other than a WebSocket/],
  [
    'an extension',
    (request) => [
      'Upgrade: websocket',
      fits(request),
      'Sec-WebSocket-Protocol: v5.channel.k8s.io',
      'Sec-WebSocket-Extensions: permessage-deflate',
    ],
    /extension that was not offered/,
  ],
];
const NOT_HTTP = 'SSH-2.0-OpenSSH_9.6\r\n';

/** A server that handles GET with `answer` and POST with `spdy`. */
async function serve(
  context: CleanUp,
  answer: (request: IncomingMessage) => string,
  spdy: 'open' | 'refused' | 'closed',
) {
  const server = await startApiServer(context, {
    protocol: 'plain',
    upgrade(request: IncomingMessage, socket: Duplex) {
      socket.on('end', () => socket.end()).resume();
      if (request.method === 'GET') socket.write(answer(request));
      else if (spdy === 'closed') socket.destroy();
      else if (spdy === 'open')
        socket.write(switching(['Upgrade: SPDY/3.1', 'X-Stream-Protocol-Version: v4.channel.k8s.io']));
      else socket.write('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n');
    },
  });
  return { server, cluster: await openTestCluster(context, server) };
}

function switching(headers: readonly string[]): string {
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${headers.join('\r\n')}\r\n\r\n`;
}

const isWrong = (said: RegExp) => (error: DbgError) => {
  assert.equal(error.code, 'UpgradeMalformed', error.message);
  assert.equal(error.kind, 'protocol');
  assert.match(error.message, /^the server http:\S+, or a proxy in front of it, violates the protocol/);
  assert.match(error.message, said);
  return true;
};

for (const [what, head, said] of WRONG) {
  test(`a WebSocket handshake with ${what} in the response`, async (context) => {
    await context.test('is said, if SPDY is refused as well', async (inner) => {
      const { server, cluster } = await serve(inner, (request) => switching(head(request)), 'refused');
      await assert.rejects(cluster.attach(TARGET), isWrong(said));
      assert.deepEqual(
        server.requests.map(({ method }) => method),
        ['GET', 'POST'],
      );
    });
    await context.test(
      'is reported for an exec without a retry, because its command may have started',
      async (inner) => {
        const { server, cluster } = await serve(inner, (request) => switching(head(request)), 'open');
        await assert.rejects(cluster.exec({ ...TARGET, command: ['true'] }), isWrong(said));
        assert.equal(server.requests.length, 1);
      },
    );
  });
}

test('falls back to SPDY for an attach with an invalid handshake response', async (context) => {
  const { cluster } = await serve(context, () => switching(['Upgrade: websocket']), 'open');
  const command = await cluster.attach(TARGET);
  assert.equal(command.subprotocol, 'v4.channel.k8s.io');
  await command.close();
});

test('reports a response that is not HTTP, rather than silence', async (context) => {
  const { cluster } = await serve(context, () => NOT_HTTP, 'closed');
  const said = {
    code: 'AnswerMalformed',
    kind: 'protocol',
    message: /answered with something that is not HTTP/,
  };
  await assert.rejects(cluster.attach(TARGET), said);
});

test('an exec over SPDY that breaks before its response may have started, whatever the WebSocket response was', async (context) => {
  const gone = 'HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n';
  const { cluster } = await serve(context, () => gone, 'closed');
  await assert.rejects(cluster.exec({ ...TARGET, command: ['true'] }), { code: 'ServerSilent' });
  await assert.rejects(cluster.attach(TARGET), { name: 'ApiStatusError', code: 400 });
});
