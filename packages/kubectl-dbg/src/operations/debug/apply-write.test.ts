import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../../cluster/index.ts';
import type { ApiRequest } from '../../cluster/types.ts';
import { withOwnership } from '../../model/ownership.ts';
import { type ApiWrite, applyWrite } from './apply-write.ts';
import { fakeCluster, statusError } from './testing/fake-cluster.ts';
import { unreachable } from '../../testing/failures.ts';
import { told } from '../../testing/told.ts';

const NEVER = new AbortController().signal;
const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'copy', namespace: 'shop' },
  spec: { containers: [{ name: 'main' }] },
};
const mark = (session: string) => ({ session, workflow: 'copy' as const, created: '', version: '1' });
const OURS = withOwnership(POD, mark('ours'));
const THEIRS = withOwnership(POD, mark('theirs'));

const CREATE: ApiWrite = {
  verb: 'create',
  path: '/api/v1/namespaces/shop/pods',
  contentType: 'application/json',
  body: OURS,
};
const CONTAINER = { name: 'dbg', image: 'busybox', command: ['sh'] };
const PATCH: ApiWrite = {
  verb: 'patch',
  path: '/api/v1/namespaces/shop/pods/web/ephemeralcontainers',
  contentType: 'application/strategic-merge-patch+json',
  body: { spec: { ephemeralContainers: [CONTAINER] } },
};
const webWith = (...ephemeralContainers: object[]): Pod => ({
  metadata: { name: 'web' },
  spec: { containers: [], ephemeralContainers: ephemeralContainers as never },
});

type Answer = (request: ApiRequest) => Pod;
const fails =
  (code: number, reason?: string): Answer =>
  (request) => {
    throw statusError(code, request, reason);
  };
const breaks: Answer = () => {
  throw unreachable('the connection broke');
};
const silent: Answer = () => {
  throw unreachable('no answer', { code: 'ANSWER_TIMEOUT' });
};
const gives =
  (pod: Pod): Answer =>
  () =>
    pod;

const POST = 'POST pods';
const SEND = 'PATCH ephemeralcontainers';

interface Refusal {
  kind?: string;
  code?: number;
  message?: RegExp;
  /** Shown to the user. */
  remedy?: RegExp;
}
type End = Pod | Refusal;
const rows: [name: string, write: ApiWrite, answers: Answer[], requests: string[], end: End][] = [
  ['a create with a response', CREATE, [gives(OURS)], [POST], OURS],
  ['a refused create', CREATE, [fails(403)], [POST], { code: 403 }],
  ['a taken name', CREATE, [fails(409, 'AlreadyExists')], [POST], { code: 409 }],
  ['flow control, which did not process it', CREATE, [fails(429)], [POST], { code: 429 }],
  ['done, but the response is lost', CREATE, [breaks, gives(OURS)], [POST, 'GET copy'], OURS],
  ['done, but 503', CREATE, [fails(503), gives(OURS)], [POST, 'GET copy'], OURS],
  [
    "another's of the same containers",
    CREATE,
    [fails(503), gives(THEIRS)],
    [POST, 'GET copy'],
    { kind: 'refused', message: /there is another pod copy/ },
  ],
  ['one without a mark', CREATE, [breaks, gives(POD)], [POST, 'GET copy'], { kind: 'refused' }],
  ['not done: sent again', CREATE, [breaks, fails(404), gives(OURS)], [POST, 'GET copy', POST], OURS],
  [
    'the first one arrives late, and the second one conflicts with it',
    CREATE,
    [breaks, fails(404), fails(409, 'AlreadyExists'), gives(OURS)],
    [POST, 'GET copy', POST, 'GET copy'],
    OURS,
  ],
  [
    'lost twice',
    CREATE,
    [breaks, fails(404), breaks, fails(404)],
    [POST, 'GET copy', POST, 'GET copy'],
    { kind: 'unreachable', remedy: /may have been created .*kubectl get pod copy -n shop/ },
  ],
  [
    'is not sent again to a silent server',
    CREATE,
    [silent, fails(404)],
    [POST, 'GET copy'],
    { kind: 'unreachable', remedy: /may have been created/ },
  ],
  [
    'cannot be determined',
    CREATE,
    [breaks, breaks],
    [POST, 'GET copy'],
    { kind: 'unreachable', remedy: /may have been created/ },
  ],
  [
    'a patch concurrent with others',
    PATCH,
    [fails(409), gives(webWith(CONTAINER))],
    [SEND, SEND],
    webWith(CONTAINER),
  ],
  [
    'a patch that was applied, with defaults',
    PATCH,
    [breaks, gives(webWith({ ...CONTAINER, imagePullPolicy: 'Always' }))],
    [SEND, 'GET web'],
    webWith({ ...CONTAINER, imagePullPolicy: 'Always' }),
  ],
  [
    'a container of the same name that is not ours',
    PATCH,
    [breaks, gives(webWith({ ...CONTAINER, command: ['bash'] }))],
    [SEND, 'GET web'],
    { kind: 'refused', message: /another container "dbg"/ },
  ],
  [
    'a patch of a recreated pod',
    PATCH,
    [
      (request) => {
        const details = { causes: [{ field: 'metadata.uid', reason: 'FieldValueInvalid' }] };
        throw new ApiStatusError(422, { kind: 'Status', code: 422, reason: 'Invalid', details }, request);
      },
    ],
    [SEND],
    { kind: 'notFound', message: /^pod shop\/web was deleted, and another pod has its name/ },
  ],
  [
    'a patch that did not arrive',
    PATCH,
    [breaks, gives(webWith()), gives(webWith(CONTAINER))],
    [SEND, 'GET web', SEND],
    webWith(CONTAINER),
  ],
];

for (const [name, write, answers, requests, end] of rows) {
  test(`apply: ${name}`, async () => {
    const fake = fakeCluster(...answers);
    const result = applyWrite(fake.cluster, write, NEVER, { session: 'ours' });
    if ('spec' in end) assert.deepEqual(await result, end);
    else {
      const { remedy, ...fields } = end as Refusal;
      const failed = await result.then(
        () => assert.fail('it was written'),
        (error: unknown) => error,
      );
      assert.throws(() => {
        throw failed;
      }, fields);
      if (remedy !== undefined) assert.match(told(failed).remedy ?? '', remedy);
    }
    assert.deepEqual(fake.requests, requests);
  });
}

test('apply: an aborted write rejects with the reason, and sends no further request', async () => {
  const controller = new AbortController();
  const fake = fakeCluster(() => {
    controller.abort(new Error('enough'));
    throw unreachable('the connection broke');
  });
  await assert.rejects(applyWrite(fake.cluster, CREATE, controller.signal, { session: 'ours' }), /enough/);
  assert.deepEqual(fake.requests, [POST]);
});
