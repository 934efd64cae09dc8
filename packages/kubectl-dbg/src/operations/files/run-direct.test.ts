import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ApiStatusError, type AnswerForm, type Cluster } from '../../cluster/index.ts';
import { runDirect } from './run-direct.ts';

const POD = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'app', image: 'x' }] },
};

/** Runs a script where each exec is answered so; returns how often it was sent, and the failure. */
async function run(code: number, form: AnswerForm, message = 'no') {
  let sent = 0;
  const call = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web/exec?command=sh' } as const;
  const cluster = {
    server: 'https://x',
    namespace: 'shop',
    prepareUpgrade: () => undefined,
    request: () => Promise.resolve(POD),
    exec: () => {
      sent += 1;
      return Promise.reject(new ApiStatusError(code, { message }, call, { form }));
    },
  } as unknown as Cluster;
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const { signal } = new AbortController();
  const failed = runDirect(['sh'], { cluster, target: 'web', ...streams, signal, pauses: [1, 1] });
  const error = await failed.then(
    () => undefined,
    (reason: unknown) => reason as { code: string },
  );
  return { sent, code: error?.code };
}

test('a gateway that does not reach the server is asked a few times, and then no other container', async () => {
  assert.deepEqual(await run(502, 'page'), { sent: 3, code: 'GatewayFailed' });
  assert.deepEqual(await run(503, 'text', 'no healthy upstream'), { sent: 3, code: 'GatewayFailed' });
});

test('a container that cannot run it is copied from in another way', async () => {
  assert.deepEqual(await run(500, 'text', 'container not found'), { sent: 1, code: 'CopyToolMissing' });
});

test('what another container would be refused as well is told at once', async () => {
  assert.deepEqual(await run(401, 'status'), { sent: 1, code: 'Unauthorized' });
});
