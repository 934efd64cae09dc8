import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Evidence } from '../evidence.ts';
import { evidenceOf, type Scene, targetOf } from '../fixtures/build.ts';
import { FIXTURES } from '../fixtures/index.ts';
import { judge } from './judge.ts';

const scenes: Scene[] = FIXTURES.flatMap(({ match, near }) => [...match, ...near]);

/** Reverses unordered lists, and adds unknown fields and conditions. */
function disturb(value: unknown, seed: number, field = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => disturb(item, seed));
    if (field === 'conditions') {
      const turned =
        items.length === 0
          ? []
          : [...items.slice(seed % items.length), ...items.slice(0, seed % items.length)];
      const unknown = {
        type: 'ExampleUnknown',
        status: seed % 2 === 0 ? 'True' : 'False',
        reason: 'Example',
      };
      return seed % 3 === 0 ? turned.reverse() : [unknown, ...turned];
    }
    if (field === 'events' || field === 'containerStatuses') return seed % 2 === 0 ? items.reverse() : items;
    return items;
  }
  if (typeof value !== 'object' || value === null || value instanceof Map) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, disturb(entry, seed, key)] as const);
  const more = /^(selector|matchLabels|labels|nodeSelector|limits|requests|lastState|state)$/.test(field)
    ? []
    : [['exampleUnknown', { a: [1, null] }] as const];
  return Object.fromEntries([...entries, ...more]);
}

test('the order of conditions, and unknown fields, do not change the result', () => {
  fc.assert(
    fc.property(fc.constantFrom(...scenes), fc.nat(1000), (scene, seed) => {
      const evidence = evidenceOf(scene);
      const disturbed = disturb(evidence, seed) as Evidence;
      const plain = judge(targetOf(scene), evidence);
      const other = judge(targetOf(scene), disturbed);
      assert.equal(other.findings[0]?.id, plain.findings[0]?.id);
      assert.equal(other.verdict, plain.verdict);
    }),
    { numRuns: 500 },
  );
});

/** Removes one branch of the evidence, like a field that an older server or an incomplete object does not have. */
function prune(value: unknown, path: readonly number[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null || value instanceof Map) return value;
  if (Array.isArray(value)) {
    return value.length === 0
      ? value
      : value.map((item, index) => (index === step % value.length ? prune(item, rest) : item));
  }
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return value;
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: prune((value as Record<string, unknown>)[key], rest) };
}

test('a pod with any part missing can be judged', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...scenes),
      fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }),
      (scene, path) => {
        const evidence = evidenceOf(scene);
        const pods = (evidence.pods ?? []).map((pod) => prune(pod, path)) as Evidence['pods'] & {};
        const { kind } = judge(targetOf(scene), { ...evidence, pods });
        assert.equal(kind, 'Diagnosis');
      },
    ),
    { numRuns: 1000 },
  );
});

test('texts of a cluster are escaped, and secrets masked', () => {
  const evil = '\u001b[31mregistry\u202e password=hunter22 https://bob:s3cret@r.example.com/ \u0007';
  const scene: Scene = {
    phase: 'Pending',
    containers: { main: { waiting: 'ErrImagePull', message: evil } },
    conditions: {},
  };
  const text = JSON.stringify(judge(targetOf(scene), evidenceOf(scene)));
  for (const harm of ['\\u001b', '\u202e', '\\u0007', 'hunter22', 's3cret']) {
    assert.ok(!text.includes(harm), harm);
  }
  assert.match(text, /\\\\x1b/);
});
