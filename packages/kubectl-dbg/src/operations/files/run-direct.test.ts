import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ApiStatusError, type AnswerForm, type Cluster } from '../../cluster/index.ts';
import { runDirect } from './run-direct.ts';

const POD = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'app', image: 'x' }] },
};

/** Runs a script with this response to each exec; returns the number of requests and the failure. */
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

test('after a gateway error retries a few times, and then tries no other container', async () => {
  assert.deepEqual(await run(502, 'page'), { sent: 3, code: 'GatewayFailed' });
  assert.deepEqual(await run(503, 'text', 'no healthy upstream'), { sent: 3, code: 'GatewayFailed' });
});

test("uses another way of copying for a container that can't run the script", async () => {
  assert.deepEqual(await run(500, 'text', 'container not found'), { sent: 1, code: 'CopyToolMissing' });
});

test('reports at once a refusal that applies to other containers too', async () => {
  assert.deepEqual(await run(401, 'status'), { sent: 1, code: 'Unauthorized' });
});
