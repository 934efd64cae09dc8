import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSandbox } from '../testing/use-sandbox.ts';

/*
 * Refusals of the server as a whole: what is asked of it, in this order, and what it answers.
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
      'a PUT without what admission gave the pod',
      'PUT',
      `${PODS}/p`,
      { metadata: { name: 'p' }, spec: { ...spec, serviceAccountName: 'default' } },
      422,
      /is invalid: spec: Forbidden: pod updates may not change/,
    ],
    ['a PUT without a name', 'PUT', `${PODS}/p`, { spec }, 400, /\(p based on URL\) was undeterminable/],
    [
      'a version not reached',
      'GET',
      `${PODS}/p?resourceVersion=999999`,
      undefined,
      504,
      /Too large resource/,
    ],
    [
      'a version that is none',
      'GET',
      `${PODS}/p?resourceVersion=x`,
      undefined,
      500,
      /^resourceVersion: Invalid/,
    ],
    [
      'a binding to nothing',
      'POST',
      `${PODS}/p/binding`,
      binding('p', {}),
      500,
      /^target\.name: Required value$/,
    ],
    [
      'a binding of another',
      'POST',
      `${PODS}/p/binding`,
      binding('q', { name: 'vm' }),
      400,
      /^name in URL does not/,
    ],
    [
      'an eviction of another',
      'POST',
      `${PODS}/p/eviction`,
      eviction('q'),
      400,
      /^name in URL does not match/,
    ],
    [
      'an eviction of one before',
      'POST',
      `${PODS}/p/eviction`,
      eviction('p', 'x'),
      409,
      /the UID in the precondition/,
    ],
    [
      'a delete by what is none',
      'DELETE',
      `${PODS}/p`,
      { gracePeriodSeconds: 'x' },
      500,
      /gracePeriodSeconds of type int64$/,
    ],
    [
      'a delete of two minds',
      'DELETE',
      `${PODS}/p`,
      { propagationPolicy: 'Orphan', orphanDependents: true },
      422,
      /cannot be both set$/,
    ],
    ['the eviction', 'POST', `${PODS}/p/eviction`, eviction('p'), 201, /Success/],
    ['the pod that is gone', 'GET', `${PODS}/p`, undefined, 404, /not found/],
  ];
for (const [name, method, path, body, status, message] of cases) {
  test(`answers ${name}`, async () => {
    const answer = await api.client.request(method, path, body === undefined ? {} : { body });
    assert.equal(answer.status, status, answer.body);
    const { message: text = answer.body } = JSON.parse(answer.body) as { message?: string };
    assert.match(text, message);
  });
}
