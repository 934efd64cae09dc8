import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationEvent } from '../../model/event.ts';
import { tellWaiting } from './tell-waiting.ts';

const cluster = { server: 'https://x', runningPlugin: () => undefined };

test('reports a long wait repeatedly until the response arrives', async () => {
  const told: OperationEvent[] = [];
  let come: (answer: string) => void = () => undefined;
  const answer = new Promise<string>((resolve) => (come = resolve));
  const on = (event: OperationEvent) => {
    told.push(event);
    if (told.length === 3) come('here');
  };
  assert.equal(await tellWaiting(answer, on, 'answer', cluster, { silent: 5, again: 7 }), 'here');
  assert.deepEqual(
    told.map((event) => event.kind === 'waiting' && event.milliseconds),
    [5, 12, 19],
  );
});

test('prints nothing for a quick response or a failure', async () => {
  const on = () => assert.fail('told');
  assert.equal(await tellWaiting(Promise.resolve(7), on, 'write', cluster), 7);
  await assert.rejects(tellWaiting(Promise.reject(new Error('no')), on, 'write', cluster), /no/);
});
