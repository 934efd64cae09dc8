import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSandbox } from '../testing/use-sandbox.ts';

/*
 * Requests to the complete server, in this order, and its responses.
 */

const api = useSandbox();

const PODS = '/api/v1/namespaces/default/pods';
const spec = { nodeSelector: { no: 'node' }, containers: [{ name: 'c', image: 'busybox:1.38' }] };
const binding = (name: string, target: object): object => ({ metadata: { name }, target });
const eviction = (name: string, uid?: string): object => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  ...(uid === undefined ? {} : { deleteOptions: { preconditions: { uid } } }),
});

const cases: [name: string, method: string, path: string, body: unknown, status: number, message: RegExp][] =
  [
    ['a pod', 'POST', PODS, { metadata: { name: 'p' }, spec }, 201, /"name":"p"/],
    [
      'a PUT without the changes of admission',
      'PUT',
      `${PODS}/p`,
      { metadata: { name: 'p' }, spec: { ...spec, serviceAccountName: 'default' } },
      422,
      /is invalid: spec: Forbidden: pod updates may not change/,
    ],
    ['a PUT without a name', 'PUT', `${PODS}/p`, { spec }, 400, /\(p based on URL\) was undeterminable/],
    [
      'a future resourceVersion',
      'GET',
      `${PODS}/p?resourceVersion=999999`,
      undefined,
      504,
      /Too large resource/,
    ],
    [
      'an invalid resourceVersion',
      'GET',
      `${PODS}/p?resourceVersion=x`,
      undefined,
      500,
      /^resourceVersion: Invalid/,
    ],
    [
      'a binding without a target',
      'POST',
      `${PODS}/p/binding`,
      binding('p', {}),
      500,
      /^target\.name: Required value$/,
    ],
    [
      'a binding with another name',
      'POST',
      `${PODS}/p/binding`,
      binding('q', { name: 'vm' }),
      400,
      /^name in URL does not/,
    ],
    [
      'an eviction with another name',
      'POST',
      `${PODS}/p/eviction`,
      eviction('q'),
      400,
      /^name in URL does not match/,
    ],
    [
      'an eviction with another uid',
      'POST',
      `${PODS}/p/eviction`,
      eviction('p', 'x'),
      409,
      /the UID in the precondition/,
    ],
    [
      'a delete with invalid options',
      'DELETE',
      `${PODS}/p`,
      { gracePeriodSeconds: 'x' },
      500,
      /gracePeriodSeconds of type int64$/,
    ],
    [
      'a delete with contradictory options',
      'DELETE',
      `${PODS}/p`,
      { propagationPolicy: 'Orphan', orphanDependents: true },
      422,
      /cannot be both set$/,
    ],
    ['the eviction', 'POST', `${PODS}/p/eviction`, eviction('p'), 201, /Success/],
    ['the deleted pod', 'GET', `${PODS}/p`, undefined, 404, /not found/],
  ];
for (const [name, method, path, body, status, message] of cases) {
  test(`${name}: response`, async () => {
    const answer = await api.client.request(method, path, body === undefined ? {} : { body });
    assert.equal(answer.status, status, answer.body);
    const { message: text = answer.body } = JSON.parse(answer.body) as { message?: string };
    assert.match(text, message);
  });
}
