import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiStatusError } from '../cluster/index.ts';
import { DbgError } from '../model/failure.ts';
import { judgeOpenFailure, type OpenVerdict } from './open-failure.ts';
import { toldOf } from '../testing/told.ts';

function unreachable(message: string): DbgError {
  const facts = { server: 's', why: 'ConnectionRefused' } as const;
  return new DbgError('unreachable', 'ServerUnreachable', message, facts, { cause: new Error('x') });
}

const ADDRESS = { namespace: 'shop', pod: 'web', container: 'dbg' };
const CALL = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web/attach?container=dbg' } as const;

const judge = (
  error: unknown,
  state: 'running' | 'ended' | 'unknown' = 'running',
  way: 'attach' | 'exec' = 'attach',
) => judgeOpenFailure(error, state, { way, address: ADDRESS, server: 'https://api:6443' });

function refusal(
  code: number,
  form: 'status' | 'text' | 'page' | 'empty',
  message: string,
  more: { reason?: string; retryAfter?: number } = {},
): ApiStatusError {
  return new ApiStatusError(code, { kind: 'Status', message, reason: more.reason ?? '' }, CALL, {
    form,
    retryAfter: more.retryAfter,
  });
}

const denied = `pods "web" is forbidden: User "dan" cannot create resource "pods/attach" in API group "" in the namespace "shop"`;
const policy = `pods "web" is forbidden: ValidatingAdmissionPolicy 'tickets' with binding 'tickets' denied request: no ticket!`;

const rows: [
  what: string,
  error: unknown,
  does: OpenVerdict['do'],
  kind: 'refused' | 'lost',
  words: RegExp,
  remedy?: RegExp,
][] = [
  [
    'a missing right',
    refusal(403, 'status', denied, { reason: 'Forbidden' }),
    'give-up',
    'refused',
    /cannot create resource/,
    /right to create pods\/attach in namespace shop/,
  ],
  ['a policy', refusal(422, 'status', policy, { reason: 'Invalid' }), 'give-up', 'refused', /no ticket!/],
  [
    'a webhook',
    refusal(400, 'status', 'admission webhook "x" denied the request: no ticket!'),
    'give-up',
    'refused',
    /no ticket!/,
  ],
  [
    'unknown credentials',
    refusal(401, 'status', 'Unauthorized', { reason: 'Unauthorized' }),
    'give-up',
    'refused',
    /Unauthorized/,
    /credentials/,
  ],
  [
    "a gateway's 403",
    refusal(403, 'page', 'HTTP status 403'),
    'give-up',
    'refused',
    /proxy or gateway/,
    /rights in the cluster do not help/,
  ],
  [
    "a gateway's 403 in words",
    refusal(403, 'text', 'no ticket!'),
    'give-up',
    'refused',
    /in place of the API server.*no ticket!/,
  ],
  [
    "a gateway's 401",
    refusal(401, 'text', 'log in'),
    'give-up',
    'refused',
    /in place of the API server.*log in/,
  ],
  [
    "a gateway's 422",
    refusal(422, 'text', 'no ticket!'),
    'give-up',
    'refused',
    /not the API server.*HTTP status 422: no ticket!/,
  ],
  [
    "a gateway's 400",
    refusal(400, 'text', 'no ticket!'),
    'give-up',
    'lost',
    /not the API server.*400: no ticket!, and forwards neither/,
  ],
  [
    "a gateway's 404",
    refusal(404, 'page', 'HTTP status 404, with a web page'),
    'give-up',
    'lost',
    /forwards neither WebSocket nor SPDY/,
  ],
  ["a gateway's 409", refusal(409, 'text', 'no ticket!'), 'give-up', 'lost', /409: no ticket!/],
  [
    'too many requests',
    refusal(429, 'text', 'slow down', { retryAfter: 7000 }),
    'retry',
    'lost',
    /429: slow down/,
  ],
  [
    'no connection to the kubelet',
    refusal(500, 'status', 'error dialing backend: EOF', { reason: 'InternalError' }),
    'retry',
    'lost',
    /the API server https:\/\/api:6443 answered .*error dialing backend/,
  ],
  [
    'a kubelet that does not know the container',
    refusal(500, 'text', 'container dbg not found in pod web_shop'),
    'retry',
    'lost',
    /the kubelet \(through .*not found/,
  ],
  [
    "a gateway's 502",
    refusal(502, 'page', 'HTTP status 502, with a web page'),
    'retry',
    'lost',
    /proxy, a gateway/,
  ],
  ["a gateway's 503", refusal(503, 'text', 'no ticket!'), 'retry', 'lost', /503: no ticket!/],
  [
    'a connection that was refused',
    unreachable('cannot reach the server'),
    'retry',
    'lost',
    /cannot reach the server/,
  ],
  [
    'a response that is not from an API server',
    new DbgError('unreachable', 'AnswerForeign', 'answered with a redirect', { server: 's' }),
    'give-up',
    'lost',
    /redirect/,
  ],
  [
    'a plugin that fails',
    new DbgError('configuration', 'PluginFailed', 'the plugin x failed', { command: 'x', how: 'failed' }),
    'give-up',
    'lost',
    /plugin x/,
  ],
];
for (const [what, error, does, kind, words, remedy] of rows) {
  test(`${what}: ${does}, ${kind}`, () => {
    const verdict = judge(error);
    assert.equal(verdict.do, does);
    assert.ok(verdict.do !== 'end');
    assert.equal(verdict.failure.kind, kind);
    assert.match(verdict.failure.message, /^cannot attach to container dbg of pod web: /);
    assert.match(verdict.failure.message, words);
    const { failure } = verdict.failure;
    const said = toldOf({ ...failure, message: '' }).remedy ?? '';
    if (remedy === undefined) assert.doesNotMatch(said, /right to/);
    else assert.match(said, remedy);
  });
  test(`${what}, for a terminated container: there is nothing to attach to`, () => {
    assert.deepEqual(judge(error, 'ended'), { do: 'end' });
  });
}

test('respects Retry-After', () => {
  const verdict = judge(refusal(429, 'text', 'slow down', { retryAfter: 7000 }));
  assert.ok(verdict.do === 'retry' && verdict.after === 7000);
});

test('a command whose connection broke may have started, and is not run twice', () => {
  const facts = { server: 's', why: 'ConnectionReset' } as const;
  const lost = new DbgError('unreachable', 'ServerSilent', 'the server did not answer: reset', facts, {
    cause: new Error('x'),
  });
  const never = unreachable('cannot reach the server: refused');
  const wrong = new DbgError('protocol', 'UpgradeMalformed', 'a wrong switch', { server: 's' });
  for (const error of [lost, wrong]) {
    const verdict = judge(error, 'running', 'exec');
    assert.ok(verdict.do === 'give-up');
    const { message, failure } = verdict.failure;
    assert.match(message, /^the command in container dbg of pod web may have started, but .*: (the|a wrong)/);
    assert.match(toldOf({ ...failure, message }).remedy ?? '', /^Check what it has done/);
  }
  assert.equal(judge(never, 'running', 'exec').do, 'retry');
  assert.equal(judge(lost, 'running', 'attach').do, 'retry');
});

test('a bug is not treated as a failure of the cluster', () => {
  assert.throws(() => judge(new TypeError('x')), TypeError);
});
