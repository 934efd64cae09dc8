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
/** What a gateway says in place of the server. */
const page: Answer = ({ method, path }) => {
  throw new ApiStatusError(404, { kind: 'Status', code: 404 }, { method, path }, { form: 'page' });
};
const ours: Answer = () => ({ metadata: { uid: 'u1' } });
const another: Answer = () => ({ metadata: { uid: 'u2' } });
const leaving: Answer = () => ({ metadata: { uid: 'u1', deletionTimestamp: '2026-01-01T00:00:00Z' } });

const rows: [what: string, answers: Answer[], comes: 'deleted' | 'gone' | 'changed' | object][] = [
  ['it is deleted', [() => ({})], 'deleted'],
  ['there is none', [refuse(404)], 'gone'],
  ['a conflict, and another pod has its name', [refuse(409), another], 'changed'],
  ['a conflict, and it stands', [refuse(409), ours], { code: 409 }],
  ['an error, though it was done', [refuse(500), refuse(404)], 'deleted'],
  ['an error, though it is on its way out', [refuse(503), leaving], 'deleted'],
  ['an error, and it stands', [refuse(500), ours], { code: 500 }],
  ['an error, and again one', [refuse(502), refuse(503)], { code: 502 }],
  ['an error, and a page in place of the pod', [refuse(500), page], { code: 500 }],
  ["a gateway's word that there is nothing", [page], { code: 404 }],
  ['a conflict with its own deletion', [refuse(409), leaving], 'changed'],
  ['a broken connection, though it was done', [broken, refuse(404)], 'deleted'],
  ['a broken connection, and it stands', [broken, ours], { code: 'DeletionUnknown', kind: 'lost' }],
  ['a broken connection, and again one', [broken, broken], { code: 'DeletionUnknown', kind: 'lost' }],
  ['no connection', [unreachable], { code: 'ServerUnreachable' }],
  ['no answer', [silent], { code: 'DeletionUnknown', kind: 'lost' }],
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

test('a pod that has changed since it was judged is judged anew, not asked for here', async () => {
  const fake = fakeCluster(refuse(409));
  assert.equal(await deleteExactPod(fake.cluster, { ...WHERE, resourceVersion: '7' }, NEVER), 'changed');
});
