import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { ApiRequest, Cluster } from '../../cluster/types.ts';
import type { OperationEvent } from '../../model/event.ts';
import { DbgError } from '../../model/failure.ts';
import { replaceOriginal } from './replace-original.ts';
import { fakeCluster, statusError } from './testing/fake-cluster.ts';

const REMOVAL = {
  path: '/api/v1/namespaces/shop/pods/web',
  body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u1' } },
};
/** It is ready: its original may be deleted at once. */
const COPY: Pod = {
  metadata: { name: 'copy', namespace: 'shop', uid: 'u2', resourceVersion: '1' },
  spec: { containers: [{ name: 'app', readinessProbe: { periodSeconds: 1 } }] },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      { name: 'app', ready: true, state: { running: {} }, image: '', imageID: '', restartCount: 0 },
    ],
  },
};

type Answer = (request: ApiRequest) => Pod | Promise<Pod>;
const ORIGINAL = { metadata: { name: 'web', uid: 'u1' } };
const standing: Answer = () => ORIGINAL;
const leaving: Answer = () => ({
  metadata: { ...ORIGINAL.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
});
const missing: Answer = (request) => {
  throw statusError(404, request, 'NotFound');
};
const broken: Answer = () => {
  const facts = { server: 'https://x', why: 'ConnectionReset' } as const;
  throw new DbgError('unreachable', 'ServerSilent', 'the server https://x did not answer', facts);
};
const failing: Answer = (request) => {
  throw statusError(500, request);
};

function replace(answers: Answer[], abort = new AbortController()) {
  const fake = fakeCluster(...answers);
  const events: OperationEvent[] = [];
  const cluster = {
    ...fake.cluster,
    async *watch({ signal }: { signal: AbortSignal }) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      yield* [];
    },
  } as unknown as Cluster;
  const options = { cluster, copy: COPY, timeout: 0, on: (event: OperationEvent) => events.push(event) };
  return {
    events,
    requests: fake.requests,
    done: replaceOriginal(REMOVAL, { ...options, signal: abort.signal }),
  };
}

test('the original is deleted as it wishes, and only that very pod', async () => {
  let body: unknown;
  const { done, events } = replace([
    (request) => {
      body = request.body;
      return ORIGINAL;
    },
  ]);
  assert.equal(await done, undefined);
  assert.deepEqual(body, REMOVAL.body);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['replacing'],
  );
});

for (const [what, answers] of [
  ['a broken connection, though it was deleted', [broken, leaving]],
  ['an error, though it was deleted', [failing, missing]],
  ['its end in the meantime', [missing]],
] satisfies [string, Answer[]][]) {
  test(`no failure: ${what}`, async () => {
    assert.equal(await replace(answers).done, undefined);
  });
}

test('an original that stands is told with its copy; one of which nobody knows is not', async () => {
  await assert.rejects(
    replace([failing, standing, failing, standing, failing, standing]).done,
    (error: DbgError) => {
      assert.match(error.message, /^the original was not deleted, and its copy copy runs as well: /);
      assert.deepEqual(error.remains?.object, { kind: 'pod', namespace: 'shop', pod: 'copy' });
      return true;
    },
  );
  await assert.rejects(replace([broken, broken]).done, (error: DbgError) => {
    assert.equal(error.code, 'DeletionUnknown');
    assert.match(error.message, /nobody knows whether pod shop\/web was deleted; its copy copy runs$/);
    assert.equal(error.remains, undefined, 'it may be all that is left');
    return true;
  });
});

for (const [is, look] of [
  ['deleted', leaving],
  ['deleted', missing],
  ['unknown', standing],
  ['unknown', broken],
] as const) {
  test(`an interruption of the deletion: looked up as ${is} (${look.name})`, async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const silent: Answer = ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(reason));
        abort.abort(reason);
      });
    const { done, events } = replace([silent, look], abort);
    await assert.rejects(done, reason);
    const original = { namespace: 'shop', pod: 'web', uid: 'u1' };
    const copy = { namespace: 'shop', pod: 'copy' };
    assert.deepEqual(events.at(-1), { kind: 'replacement-interrupted', original, copy, is });
  });
}

test('an interruption before the deletion: the original was not deleted', async () => {
  const abort = new AbortController();
  abort.abort(new Error('enough'));
  const { done, events, requests } = replace([], abort);
  await assert.rejects(done, /enough/);
  const last = events.at(-1);
  assert.ok(last?.kind === 'replacement-interrupted' && last.is === 'not deleted');
  assert.deepEqual(requests, []);
});
