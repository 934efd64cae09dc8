import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type ApiRequest, ApiStatusError, type Cluster } from '../cluster/index.ts';
import { Reader } from './reader.ts';

/** A cluster that never responds; `plugin`: whether a credential plugin runs for each request. */
function silent(plugin: () => boolean = () => false): Cluster {
  const fake = {
    server: 'https://api:6443',
    runningPlugin: () => (plugin() ? 'login' : undefined),
    request: ({ signal }: ApiRequest) =>
      new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      ),
  };
  return fake as unknown as Cluster;
}

// A connection would keep the process running.
const connection = setInterval(() => undefined, 1_000);
after(() => clearInterval(connection));

const options = { signal: new AbortController().signal, requestTimeout: 5, pages: 1 };

test('records optional evidence as missing after the time limit', async () => {
  const reader = new Reader(silent(), options);
  assert.equal(await reader.get('quota', '/x'), undefined);
  assert.deepEqual(reader.unread, [{ what: 'quota (no answer in time)' }]);
});

test('throws an error with an explanation if required evidence is missing', async () => {
  const reader = new Reader(silent(), options);
  const wanted = {
    kind: 'deadline',
    message: 'the server https://api:6443 did not return the pod web in time',
  };
  await assert.rejects(reader.require('pod web', '/x'), wanted);
  await assert.rejects(reader.list('pods', '/x', {}, 'Pod', true), { kind: 'deadline' });
});

test('the time limit does not include a login', async () => {
  let asked = 0;
  const reader = new Reader(
    silent(() => (asked += 1) < 20),
    options,
  );
  await reader.get('quota', '/x');
  assert.equal(asked, 20);
});

test('reads no more of a log than requested', async () => {
  let sent = 0;
  async function* endless() {
    for (;;) {
      sent += 1;
      yield await Promise.resolve(Buffer.from('line\n'.repeat(1000)));
    }
  }
  const cluster = {
    runningPlugin: () => undefined,
    stream: () => Promise.resolve(endless()),
  } as unknown as Cluster;
  const reader = new Reader(cluster, { ...options, requestTimeout: 5_000 });
  const lines = await reader.log('/x', 'app', false);
  assert.ok((lines?.length ?? 0) >= 3000 && (lines?.length ?? 0) < 4000, `${lines?.length} lines`);
  assert.ok(sent < 10, `${sent} pieces`);
});

test('a 404 from the server is not a gap in the diagnosis; one from a gateway is', async () => {
  const call = { method: 'GET', path: '/x' } as const;
  for (const [form, unread] of [
    ['status', []],
    ['page', [{ what: 'quota (a proxy or gateway answered in place of the API server: no)' }]],
  ] as const) {
    const cluster = {
      runningPlugin: () => undefined,
      request: () => Promise.reject(new ApiStatusError(404, { message: 'no' }, call, { form })),
    };
    const reader = new Reader(cluster as unknown as Cluster, { ...options, requestTimeout: 5_000 });
    assert.equal(await reader.get('quota', '/x'), undefined);
    assert.deepEqual(reader.unread, unread);
  }
});

test('only a Status with 403 is about a right; the page of a gateway ends the diagnosis if it hides what is required', async () => {
  const path = '/api/v1/namespaces/shop/pods/web';
  for (const [form, needs] of [
    ['status', 1],
    ['text', 0],
    ['page', 0],
  ] as const) {
    const cluster = {
      server: 'https://api:6443',
      runningPlugin: () => undefined,
      request: () =>
        Promise.reject(new ApiStatusError(403, { message: 'no' }, { method: 'GET', path }, { form })),
    };
    const reader = new Reader(cluster as unknown as Cluster, { ...options, requestTimeout: 5_000 });
    await reader.get('pod web', path);
    assert.equal(reader.needs.length, needs, form);
    assert.equal(reader.unread[0]?.right !== undefined, needs === 1, form);
    if (needs === 1) assert.equal(await reader.require('pod web', path), undefined);
    else await assert.rejects(reader.require('pod web', path), { code: 403 });
  }
});
