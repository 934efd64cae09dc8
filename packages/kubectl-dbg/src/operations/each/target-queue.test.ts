import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TargetQueue } from './target-queue.ts';

const ONE = { perNode: 1, perWarmNode: 1 };

const targets = (...nodes: string[]) => nodes.map((node, index) => ({ node, index }));

test('starts one target at a time per node, concurrently with other nodes', () => {
  const queue = new TargetQueue(targets('a', 'a', 'b'), ONE);
  assert.deepEqual(queue.take(), { node: 'a', index: 0 });
  assert.deepEqual(queue.take(), { node: 'b', index: 2 });
  assert.equal(queue.take(), undefined);
  assert.equal(queue.size, 1);
  queue.started('a');
  assert.deepEqual(queue.take(), { node: 'a', index: 1 });
  assert.equal(queue.size, 0);
});

test('alternates between nodes, up to the concurrency of each', () => {
  const queue = new TargetQueue(targets('a', 'a', 'a', 'b', 'b', 'b'), { perNode: 2, perWarmNode: 2 });
  assert.deepEqual(
    Array.from({ length: 5 }, () => queue.take()?.index),
    [0, 3, 1, 4, undefined],
  );
  queue.started('b');
  assert.equal(queue.take()?.index, 5);
});

test('starts more at once on a node that has the image', () => {
  const queue = new TargetQueue(targets('a', 'a', 'a', 'a', 'a', 'b', 'b'), { perNode: 1, perWarmNode: 3 });
  assert.deepEqual([queue.take()?.index, queue.take()?.index, queue.take()], [0, 5, undefined]);
  queue.started('a', true);
  assert.deepEqual(
    Array.from({ length: 4 }, () => queue.take()?.index),
    [1, 2, 3, undefined],
  );
  queue.started('b');
  assert.deepEqual([queue.take()?.index, queue.take()], [6, undefined]);
});

test('the remaining targets are those not taken, each once', () => {
  const queue = new TargetQueue(targets('a', 'a', 'b', 'c'), ONE);
  queue.take();
  assert.deepEqual(
    [...queue.rest()].map(({ index }) => index).toSorted((a, b) => a - b),
    [1, 2, 3],
  );
  assert.equal(queue.size, 0);
  assert.equal(queue.take(), undefined);
});

test('taking costs the same however many targets wait for a busy node', () => {
  const queue = new TargetQueue(targets(...Array.from({ length: 20_000 }, () => 'a')), ONE);
  const began = performance.now();
  for (let count = 0; count < 20_000; count += 1) {
    assert.equal(queue.take()?.index, count);
    assert.equal(queue.take(), undefined);
    queue.started('a');
  }
  const milliseconds = performance.now() - began;
  assert.ok(milliseconds < 2000, `${milliseconds} ms`);
});
