import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../cluster/index.ts';
import type { ApiRequest } from '../cluster/types.ts';
import { DbgError } from '../model/failure.ts';
import { fakeCluster, statusError } from './debug/testing/fake-cluster.ts';
import { deleteExactPod } from './delete-pod.ts';

const NEVER = new AbortController().signal;
const WHERE = { namespace: 'shop', pod: 'copy', uid: 'u1' };

type Answer = (request: ApiRequest) => Pod;

const refuse =
  (code: number): Answer =>
  (request) => {
    throw statusError(code, request);
  };
const silent: Answer = () => {
  const facts = { server: 'https://x', why: 'AnswerTimedOut' } as const;
  throw new DbgError('unreachable', 'ServerSilent', 'the server https://x did not answer', facts);
};
const broken: Answer = () => {
  const facts = { server: 'https://x', why: 'ConnectionReset' } as const;
  throw new DbgError('unreachable', 'ServerSilent', 'the server https://x did not answer', facts);
};
const unreachable: Answer = () => {
  const facts = { server: 'https://x', why: 'ConnectionRefused' } as const;
  throw new DbgError('unreachable', 'ServerUnreachable', 'cannot reach the server https://x', facts);
};
/** A response of a gateway instead of the server. */
const page: Answer = ({ method, path }) => {
  throw new ApiStatusError(404, { kind: 'Status', code: 404 }, { method, path }, { form: 'page' });
};
const ours: Answer = () => ({ metadata: { uid: 'u1' } });
const another: Answer = () => ({ metadata: { uid: 'u2' } });
const leaving: Answer = () => ({ metadata: { uid: 'u1', deletionTimestamp: '2026-01-01T00:00:00Z' } });

const rows: [what: string, answers: Answer[], comes: 'deleted' | 'gone' | 'changed' | object][] = [
  ['it is deleted', [() => ({})], 'deleted'],
  ['it does not exist', [refuse(404)], 'gone'],
  ['a conflict: another pod has its name', [refuse(409), another], 'changed'],
  ['a conflict, and it still exists', [refuse(409), ours], { code: 409 }],
  ['an error, but it was deleted', [refuse(500), refuse(404)], 'deleted'],
  ['an error, but it is terminating', [refuse(503), leaving], 'deleted'],
  ['errors, and it still exists', [refuse(500), ours, refuse(500), ours, refuse(500), ours], { code: 500 }],
  ['an error, but the second request deletes it', [refuse(502), ours, () => ({})], 'deleted'],
  ['a page of a gateway, but the second request deletes it', [page, ours, () => ({})], 'deleted'],
  ['two errors', [refuse(502), refuse(503)], { code: 502 }],
  ['an error, and a page instead of the pod', [refuse(500), page], { code: 500 }],
  ["a gateway's word that there is nothing", [page, page], { code: 404 }],
  ['a conflict: it is terminating', [refuse(409), leaving], 'changed'],
  ['a broken connection, but it was deleted', [broken, refuse(404)], 'deleted'],
  [
    'broken connections, and it still exists',
    [broken, ours, broken, ours, broken, ours],
    { code: 'DeletionUnknown', kind: 'lost' },
  ],
  ['two broken connections', [broken, broken], { code: 'DeletionUnknown', kind: 'lost' }],
  ['no connection', [unreachable], { code: 'ServerUnreachable' }],
  ['no response', [silent], { code: 'DeletionUnknown', kind: 'lost' }],
];

for (const [what, answers, comes] of rows) {
  test(`the deletion of a pod: ${what}`, async () => {
    const fake = fakeCluster(...answers);
    const done = deleteExactPod(fake.cluster, WHERE, NEVER);
    if (typeof comes === 'string') assert.equal(await done, comes);
    else await assert.rejects(done, comes);
    assert.equal(fake.requests.length, answers.length, fake.requests.join(', '));
  });
}

test('returns "changed" for a pod that has changed since it was judged, without reading it', async () => {
  const fake = fakeCluster(refuse(409));
  assert.equal(await deleteExactPod(fake.cluster, { ...WHERE, resourceVersion: '7' }, NEVER), 'changed');
});
