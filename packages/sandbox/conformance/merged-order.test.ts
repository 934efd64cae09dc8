import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './answer.ts';
import { inOwnOrder } from './merged-order.ts';
import type { Step } from './recording.ts';

const LOG = '/api/v1/namespaces/n/pods/p/log';

function step(path: string, body: string): Step {
  return { at_ms: 0, as: 'admin', request: { method: 'GET', path }, response: { status: 200, body } };
}

function answer(body: string): Answer {
  return { status: 200, headers: {}, body };
}

const TIME = '2026-11-28T10:00:00.000000001Z';

const STEPS = [
  step(LOG, 'one\ntwo\nerr\n'),
  step(`${LOG}?tailLines=2`, 'two\nerr\n'),
  step(`${LOG}?limitBytes=5`, 'one\nt'),
  step(`${LOG}?tailLines=0`, ''),
  step(`${LOG}?timestamps=true&tailLines=1`, `${TIME} err\n`),
];

for (const { name, whole, expected } of [
  {
    name: 'another order',
    whole: 'err\none\ntwo\n',
    expected: ['one\ntwo\n', 'err\no', '', `${TIME} two\n`],
  },
  {
    name: 'the recorded order',
    whole: 'one\ntwo\nerr\n',
    expected: ['two\nerr\n', 'one\nt', '', `${TIME} err\n`],
  },
  {
    name: 'other lines',
    whole: 'err\none\nthree\n',
    expected: ['two\nerr\n', 'one\nt', '', `${TIME} err\n`],
  },
]) {
  test(`expects parts of a log in the order of the server's own whole log: ${name}`, () => {
    const answers = [answer(whole)];
    const bodies = STEPS.slice(1).map((part) => inOwnOrder(part, STEPS, answers).response.body);
    assert.deepEqual(bodies, expected);
  });
}
