import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Container, EnvVar } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import { readCustomFile } from './custom-file.ts';
import { mergeCustom } from './custom.ts';
import { readManifest } from '../targets/manifest.ts';

/** Variables with distinct names made of a few letters. */
const variables = fc.uniqueArray(
  fc.record(
    { name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), value: fc.constantFrom('1', '2', '3') },
    { noNullPrototype: true },
  ),
  { selector: ({ name }) => name },
);

function merged(before: EnvVar[], patch: EnvVar[]): EnvVar[] {
  const container: Container = { name: 'x', env: structuredClone(before) };
  mergeCustom(container, { env: patch });
  return container.env ?? [];
}

test('merged lists contain each entry once; the patch takes precedence and keeps its order', () => {
  fc.assert(
    fc.property(variables, variables, (before, patch) => {
      const result = merged(before, patch);
      const names = result.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      assert.deepEqual(new Set(names), new Set([...before, ...patch].map(({ name }) => name)));
      assert.deepEqual(
        result.filter(({ name }) => patch.some((entry) => entry.name === name)),
        patch,
      );
    }),
  );
});

test('entries only in the container keep their relative order', () => {
  fc.assert(
    fc.property(variables, variables, (before, patch) => {
      const own = (list: EnvVar[]): EnvVar[] =>
        list.filter(({ name }) => !patch.some((entry) => entry.name === name));
      assert.deepEqual(own(merged(before, patch)), own(before));
    }),
  );
});

test('merging is idempotent', () => {
  fc.assert(
    fc.property(variables, variables, (before, patch) => {
      const once = merged(before, patch);
      assert.deepEqual(merged(once, patch), once);
    }),
  );
});

test('an entry of the container stays before a common one', () => {
  const env = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  assert.deepEqual(
    merged(env, [{ name: 'x' }, { name: 'b', value: '2' }]).map(({ name }) => name),
    ['x', 'a', 'b', 'c'],
  );
});

test('reports unknown fields of a custom file', async () => {
  const { custom, notices } = await readCustomFile(
    'securityContext: {runAsUsr: 1}\nSTDIN: true\n',
    'my.yaml',
  );
  assert.deepEqual(custom, { securityContext: {}, stdin: true });
  assert.deepEqual(
    notices.map(({ text }) => text),
    ['my.yaml has fields that no container has: securityContext.runAsUsr.'],
  );
});

for (const [text, message] of [
  ['- 1', /its content must be a map/],
  ['text', /its content must be a map/],
  ['stdin: 1', /stdin must be true or false/],
  ['env: {A: b}', /env must be a list/],
  ['securityContext: {runAsUser: root}', /securityContext.runAsUser must be a whole number/],
  ['args: [[a]]', /args\[0\] must be a string/],
  ['{', /does not contain a valid container spec/],
] as const) {
  test(`readCustomFile refuses ${text}`, async () => {
    await assert.rejects(
      readCustomFile(text, 'f'),
      (error) => error instanceof DbgError && error.kind === 'usage' && message.test(error.message),
    );
  });
}

test('readCustomFile never fails with anything but a usage error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
      await readCustomFile(text, 'f').catch((error: unknown) => {
        assert.ok(error instanceof DbgError, String(error));
      });
    }),
  );
});

for (const [text, message] of [
  ['', /contains no object/],
  ['kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}', /"\/v1, Kind=ConfigMap" not supported/],
  [
    'kind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {name: x}',
    /"networking.k8s.io\/v1, Kind=Ingress"/,
  ],
  ['kind: Pod\napiVersion: v1\n', /has no name/],
  ['- 1', /not an object/],
  ['{', /can't be read/],
] as const) {
  test(`readManifest refuses ${JSON.stringify(text)}`, async () => {
    await assert.rejects(
      readManifest(text, 'f.yaml'),
      (error) => error instanceof DbgError && message.test(error.message),
    );
  });
}

test('readManifest reads several documents', async () => {
  const text =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n---\n{"apiVersion":"v1","kind":"Node","metadata":{"name":"b"}}\n';
  const objects = await readManifest(text, 'f.yaml');
  assert.deepEqual(
    objects.map(({ kind, object }) => [kind, object.metadata?.name]),
    [
      ['Pod', 'a'],
      ['Node', 'b'],
    ],
  );
});
