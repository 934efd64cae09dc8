import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { POD_RULES } from './rules.ts';
import { asPod } from './types.ts';

function podWith(resources: object, image = 'x'): KubeObject {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'a', resourceVersion: '1' },
    spec: { containers: [{ name: 'c', image, resources }] },
  };
  POD_RULES.default(pod);
  POD_RULES.prepareForCreate?.(pod, context());
  return pod;
}

function context() {
  const user = { name: 'dev', groups: [] };
  return { store: new MemoryStore(), user, now: () => new Date(), dryRun: false, warn: () => undefined };
}

const cases: [name: string, before: object, after: object, errors: string[]][] = [
  ['increase a request', { requests: { cpu: '1' } }, { requests: { cpu: '2' } }, []],
  [
    'add a request to a BestEffort pod',
    {},
    { requests: { cpu: '1' } },
    ['spec: Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing'],
  ],
  [
    'remove a request',
    { requests: { cpu: '1', memory: '1Gi' } },
    { requests: { cpu: '1' } },
    ['spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed'],
  ],
];
for (const [name, before, after, errors] of cases) {
  test(`a resize to ${name}`, () => {
    const old = podWith(before);
    const pod = podWith(after, 'y');
    POD_RULES.prepareForUpdate?.(pod, old, context(), 'resize');
    assert.equal(asPod(pod).spec.containers?.[0]?.image, 'x', 'nothing else changes');
    const found = POD_RULES.validateUpdate(pod, old, 'resize');
    assert.deepEqual(
      found.map(({ field, message }) => `${field}: ${message}`),
      errors,
    );
  });
}
