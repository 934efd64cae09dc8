import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeptPod } from './kept-pod.ts';
import { chooseTargets } from './choose-targets.ts';
import { firstWave } from './first-wave.ts';
import type { FleetTarget } from './fleet-target.ts';
import type { EachSelection } from './request.ts';

const SELECTION: EachSelection = {
  namespaces: [],
  excludeNamespaces: [],
  onePerOwner: false,
  eachContainer: false,
  maxDebugContainers: 5,
};

function target(pod: string, fields: Partial<FleetTarget> = {}): FleetTarget {
  return {
    namespace: 'ns',
    pod,
    uid: `uid-${pod}`,
    node: 'vm',
    owner: undefined,
    container: 'app',
    containerIndex: 0,
    ips: [],
    containerId: undefined,
    isReady: false,
    kept: new KeptPod({}),
    ...fields,
  };
}

const targets = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1 }),
      owner: fc.constantFrom('a', 'b', undefined),
      node: fc.constantFrom('x', 'y', 'z'),
      isReady: fc.boolean(),
    }),
    { selector: ({ name }) => name },
  )
  .map((list) => list.map(({ name, ...fields }) => target(name, fields)));

test('does not depend on the order of the candidates', () => {
  fc.assert(
    fc.property(targets, fc.nat(20), fc.boolean(), (list, count, onePerOwner) => {
      const selection = { ...SELECTION, onePerOwner, sample: { count, seed: 's' } };
      const names = (candidates: FleetTarget[]) =>
        chooseTargets(candidates, selection).targets.map(({ pod }) => pod);
      assert.deepEqual(names(list), names(list.toReversed()));
    }),
  );
});

test('each target is in exactly one shard', () => {
  fc.assert(
    fc.property(targets, fc.integer({ min: 1, max: 7 }), (list, total) => {
      const parts = Array.from(
        { length: total },
        (_, index) => chooseTargets(list, { ...SELECTION, shard: { index, total } }).targets,
      );
      assert.deepEqual(
        parts
          .flat()
          .map(({ pod }) => pod)
          .toSorted(),
        list.map(({ pod }) => pod).toSorted(),
      );
    }),
  );
});

test('every candidate is chosen, or skipped with a reason', () => {
  fc.assert(
    fc.property(targets, fc.nat(5), (list, count) => {
      const { targets: chosen, skipped } = chooseTargets(list, {
        ...SELECTION,
        onePerOwner: true,
        sample: { count, seed: 'x' },
        shard: { index: 0, total: 2 },
      });
      assert.equal(chosen.length + skipped.length, list.length);
      assert.ok(chosen.length <= count || list.length < count);
      for (const { skip } of skipped) assert.ok(skip.reason !== undefined && skip.message !== '');
    }),
  );
});

test('a workload is represented by its first ready pod', () => {
  const list = [
    target('a-0', { owner: 'o' }),
    target('a-1', { owner: 'o', isReady: true }),
    target('a-2', { owner: 'o', isReady: true }),
  ];
  const { targets: chosen } = chooseTargets(list, { ...SELECTION, onePerOwner: true });
  assert.deepEqual(
    chosen.map(({ pod }) => pod),
    ['a-1'],
  );
});

test('the same seed gives the same sample, another seed another', () => {
  const list = Array.from({ length: 200 }, (_, index) => target(`p-${index}`));
  const draw = (seed: string) =>
    chooseTargets(list, { ...SELECTION, sample: { count: 20, seed } }).targets.map(({ pod }) => pod);
  assert.deepEqual(draw('1'), draw('1'));
  assert.notDeepEqual(draw('1'), draw('2'));
});

test("each node's first target precedes all second ones", () => {
  fc.assert(
    fc.property(targets, (list) => {
      const ordered = firstWave(list);
      assert.equal(new Set(ordered).size, list.length);
      const nodes = new Set(list.map(({ node }) => node));
      assert.equal(new Set(ordered.slice(0, nodes.size).map(({ node }) => node)).size, nodes.size);
    }),
  );
});
