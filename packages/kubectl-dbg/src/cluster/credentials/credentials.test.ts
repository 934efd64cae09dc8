import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { kubeconfigFor, startApiServer } from '../../testing/api-server.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import { bearer } from './credentials.ts';

const ok = (
  _: unknown,
  response: { setHeader(name: string, value: string): unknown; end(text: string): unknown },
) => {
  response.setHeader('content-type', 'application/json');
  response.end('{}');
};

const users: [name: string, user: Record<string, unknown>, header: string | undefined][] = [
  ['a token', { token: 'abc' }, 'Bearer abc'],
  ['user name and password', { username: 'me', password: 'p:ä' }, 'Basic bWU6cDrDpA=='],
  ['nothing', {}, undefined],
];

for (const [name, user, header] of users) {
  test(`authenticates with ${name}`, async (context) => {
    const server = await startApiServer(context, { answer: ok });
    const cluster = await openTestCluster(context, server, {}, testWorld(), kubeconfigFor(server, user));
    await cluster.request({ method: 'GET', path: '/version' });
    assert.equal(server.requests[0]?.headers['authorization'], header);
  });
}

test('sends no credential over plain http', async (context) => {
  const server = await startApiServer(context, { protocol: 'plain', answer: ok });
  const cluster = await openTestCluster(context, server, { token: 't' });
  await cluster.request({ method: 'GET', path: '/version' });
  assert.equal(server.requests[0]?.headers['authorization'], undefined);
});

test('rereads a token file after a minute, and at once after a 401', async (context) => {
  const directory = await temporaryDirectory(context);
  const tokenFile = join(directory, 'token');
  const tokens: unknown[] = [];
  let refuse = false;
  const server = await startApiServer(context, {
    answer(request, response) {
      tokens.push(request.headers.authorization);
      response.statusCode = refuse ? 401 : 200;
      refuse = false;
      ok(request, response);
    },
  });
  let now = 1_000_000;
  const world = testWorld({ now: () => now });
  const cluster = await openTestCluster(context, server, {}, world, kubeconfigFor(server, { tokenFile }));
  const get = () => cluster.request({ method: 'GET', path: '/version' });
  await writeFile(tokenFile, 'one\n');
  await get();
  await writeFile(tokenFile, 'two\n');
  await get();
  now += 61_000;
  await get();
  await writeFile(tokenFile, 'three\n');
  refuse = true;
  await get();
  assert.deepEqual(tokens, ['Bearer one', 'Bearer one', 'Bearer two', 'Bearer two', 'Bearer three']);
});

test('names a missing token file', async (context) => {
  const server = await startApiServer(context, { answer: ok });
  const tokenFile = join(await temporaryDirectory(context), 'token');
  const user = kubeconfigFor(server, { tokenFile });
  const cluster = await openTestCluster(context, server, {}, testWorld(), user);
  await assert.rejects(cluster.request({ method: 'GET', path: '/version' }), {
    kind: 'configuration',
    message: `cannot read the token file ${tokenFile}: no such file`,
  });
});

test('a token cannot break out of its header', () => {
  assert.equal(bearer(' abc\n'), 'Bearer abc');
  for (const token of ['', ' ', 'a\nb', 'a b', 'ä', 'a\r\nX: y']) {
    assert.throws(() => bearer(token), { kind: 'configuration' });
  }
});
