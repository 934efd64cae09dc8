import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../../cluster/index.ts';
import type { Diagnosis } from './diagnosis.ts';
import { watchNode } from './node-check.ts';

const node = (status: string, message?: string): Node => ({
  metadata: { name: 'n1' },
  status: {
    conditions: [{ type: 'Ready', status, ...(message === undefined ? {} : { message }) }],
  },
});

/** A negative code is a page from a gateway. */
function refusal(code: number): ApiStatusError {
  const call = { method: 'GET', path: '/api/v1/nodes/n1' } as const;
  return new ApiStatusError(Math.abs(code), {}, call, { form: code < 0 ? 'page' : 'status' });
}

/** Checks until it ends, or until the responses are used up. */
async function look(answers: (Node | number)[]): Promise<{ reports: Diagnosis[]; asked: number }> {
  const stop = new AbortController();
  const reports: Diagnosis[] = [];
  let asked = 0;
  const cluster = {
    request: <T>(): Promise<T> => {
      const answer = answers[asked++];
      if (answer === undefined) {
        stop.abort();
        return Promise.reject(new Error('over'));
      }
      return typeof answer === 'number' ? Promise.reject(refusal(answer)) : Promise.resolve(answer as T);
    },
  };
  const times = { first: 1, every: 1 };
  await watchNode(
    cluster,
    () => 'n1',
    stop.signal,
    (diagnosis) => reports.push(diagnosis),
    times,
  );
  return { reports, asked };
}

const rows: [name: string, answers: (Node | number)[], asked: number, reason: string | undefined][] = [
  ['a deleted node', [node('True'), 404], 2, 'NodeNotFound'],
  ["a gateway's 404", [node('True'), -404, node('Unknown')], 3, 'NodeUnreachable'],
  [
    'a node whose kubelet does not report',
    [node('Unknown', 'Kubelet stopped posting node status.')],
    1,
    'NodeUnreachable',
  ],
  ['a node that stays unready', [node('False'), node('False'), node('False')], 3, 'NodeNotReady'],
  ['a temporarily unready node', [node('False'), node('False'), node('True'), node('False')], 5, undefined],
  ['a temporary server error', [500, 404], 2, 'NodeNotFound'],
  ['no right to read nodes', [403], 1, undefined],
];

for (const [name, answers, asked, reason] of rows) {
  test(name, async () => {
    const looked = await look(answers);
    assert.equal(looked.asked, asked);
    assert.deepEqual(
      looked.reports.map((report) => report.reason),
      reason === undefined ? [] : [reason],
    );
    assert.match(looked.reports[0]?.message ?? 'node n1', /^node n1/);
  });
}
