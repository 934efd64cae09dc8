import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { OperationEvent } from '../../model/event.ts';
import { withOwnership } from '../../model/ownership.ts';
import { cleanUp, removePod } from './cleanup.ts';
import { CreatedObjects } from './created-objects.ts';
import { fakeCluster, statusError } from './testing/fake-cluster.ts';

const NEVER = new AbortController().signal;
const PODS = '/api/v1/namespaces/shop/pods';
const pod = (session: string | undefined, uid: string | undefined) => {
  const bare: Pod = { metadata: { name: 'copy', ...(uid === undefined ? {} : { uid }) } };
  if (session === undefined) return bare;
  return withOwnership(bare, { session, workflow: 'copy', created: '', version: '1' });
};
const target = (uid?: string) => ({ pods: PODS, name: 'copy', uid, session: 'ours' });
const OBJECT = { kind: 'pod', namespace: 'shop', pod: 'copy' } as const;

test('a pod is deleted with its uid as a precondition', async () => {
  let body: unknown;
  const fake = fakeCluster((request) => {
    body = request.body;
    return {};
  });
  await removePod(fake.cluster, target('u1'), NEVER);
  assert.deepEqual((body as { preconditions: unknown }).preconditions, { uid: 'u1' });
});

test('without a uid, finds the pod by its mark', async () => {
  let body: unknown;
  const fake = fakeCluster(
    () => pod('ours', 'u2'),
    (request) => {
      body = request.body;
      return {};
    },
  );
  await removePod(fake.cluster, target(), NEVER);
  assert.deepEqual(fake.requests, ['GET copy', 'DELETE copy']);
  assert.deepEqual((body as { preconditions: unknown }).preconditions, { uid: 'u2' });
});

for (const session of ['theirs', undefined]) {
  test(`does not delete another session's pod (mark: ${session ?? 'none'})`, async () => {
    const fake = fakeCluster(() => pod(session, 'u3'));
    await removePod(fake.cluster, target(), NEVER);
    assert.deepEqual(fake.requests, ['GET copy']);
  });
}

test('leaves a pod of unknown uid, and reports it', async () => {
  const fake = fakeCluster(() => pod('ours', undefined));
  await assert.rejects(removePod(fake.cluster, target(), NEVER), /did not return its uid/);
  assert.deepEqual(fake.requests, ['GET copy']);
});

test('404: the pod is already gone', async () => {
  const fake = fakeCluster((request) => {
    throw statusError(404, request);
  });
  await removePod(fake.cluster, target('u1'), NEVER);
  assert.deepEqual(fake.requests, ['DELETE copy']);
});

for (const [uid, stays] of [
  ['u1', true],
  ['u2', false],
] as const) {
  test(`409, and the pod of that name is ${stays ? 'ours: it stays' : "another's: ours is gone"}`, async () => {
    const fake = fakeCluster(
      (request) => {
        throw statusError(409, request);
      },
      () => pod('ours', uid),
    );
    const removed = removePod(fake.cluster, target('u1'), NEVER);
    await (stays ? assert.rejects(removed, { code: 409 }) : removed);
    assert.deepEqual(fake.requests, ['DELETE copy', 'GET copy']);
  });
}

test('reports what could not be removed and keeps it on the list; removes the rest', async () => {
  const created = new CreatedObjects();
  const bad = created.expect(OBJECT, () => Promise.reject(new Error('no')));
  bad.settle();
  const good = created.expect({ ...OBJECT, pod: 'other' }, () => Promise.resolve());
  const events: OperationEvent[] = [];
  await cleanUp([bad, good], (event) => events.push(event), NEVER);
  assert.deepEqual(events, [{ kind: 'left-behind', object: OBJECT, sure: true, why: 'no' }]);
  assert.deepEqual(created.remaining, [bad]);
});

test('a server that does not respond does not delay the exit', async () => {
  const created = new CreatedObjects();
  const entry = created.expect(
    OBJECT,
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const controller = new AbortController();
  const events: OperationEvent[] = [];
  const cleaning = cleanUp([entry], (event) => events.push(event), controller.signal);
  controller.abort();
  const begun = Date.now();
  await cleaning;
  assert.ok(Date.now() - begun < 9_000, 'not the whole time of an undisturbed clean-up');
  assert.deepEqual(
    events.map((event) => event.kind === 'left-behind' && event.why),
    ['the server did not answer in time'],
  );
});
