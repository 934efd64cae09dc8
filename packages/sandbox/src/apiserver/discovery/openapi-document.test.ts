import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP_VERSIONS } from './resource-table.ts';
import { openApiDocument } from './openapi-document.ts';

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
  components: { schemas: Record<string, Schema> };
}
interface Schema {
  properties?: Record<string, Record<string, unknown>>;
  required?: string[];
}

function documentOf(group: string, version: string): Document {
  return JSON.parse(openApiDocument(group, version) ?? '{}') as Document;
}

test('every group version has a document without dangling references', () => {
  for (const { group, version, resources } of GROUP_VERSIONS) {
    const { components, paths } = documentOf(group, version);
    const references = JSON.stringify(components).match(/(?<=#\/components\/schemas\/)[^"]+/g) ?? [];
    for (const name of references) assert.ok(name in components.schemas, name);
    const kinds = JSON.stringify(components);
    for (const { kind } of resources) {
      const marked = `{"group":"${group}","kind":"${kind}","version":"${version}"}`;
      assert.ok(kinds.includes(marked), marked);
    }
    assert.equal(Object.keys(paths).length, resources.length * 2);
  }
});

test('fields have types, and lists their strategic merge extensions', () => {
  const { schemas } = documentOf('', 'v1').components;
  const spec = schemas['io.k8s.api.core.v1.PodSpec'];
  assert.deepEqual(spec?.required, ['containers']);
  assert.deepEqual(spec?.properties?.['containers'], {
    type: 'array',
    items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Container' }] },
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'name',
  });
  assert.equal(spec?.properties?.['volumes']?.['x-kubernetes-patch-strategy'], 'merge,retainKeys');
  assert.deepEqual(spec?.properties?.['nodeSelector'], {
    type: 'object',
    additionalProperties: { type: 'string' },
  });
  assert.deepEqual(spec?.properties?.['activeDeadlineSeconds'], { type: 'integer', format: 'int64' });
});

test('structs of the core group keep their names in other groups', () => {
  const names = Object.keys(documentOf('apps', 'v1').components.schemas);
  assert.ok(names.includes('io.k8s.api.apps.v1.DeploymentSpec'));
  assert.ok(names.includes('io.k8s.api.core.v1.PodSpec'));
  assert.ok(names.includes('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector'));
});

test('writes have the parameters dryRun and fieldValidation', () => {
  const { paths } = documentOf('', 'v1');
  const patch = paths['/api/v1/namespaces/{namespace}/pods/{name}']?.['patch'];
  assert.ok(patch?.parameters?.some(({ name }) => name === 'fieldValidation'));
});

test('a group version that is not served has no document', () => {
  assert.equal(openApiDocument('example.com', 'v1'), undefined);
});
