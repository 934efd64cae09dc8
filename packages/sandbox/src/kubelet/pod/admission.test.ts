import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { admissionRefusal } from './admission.ts';

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'vm' },
  status: { allocatable: { cpu: '2', memory: '1Gi' } },
} as KubeObject & Node;
const PORT = { containerPort: 80, hostPort: 8080 };

function pod(
  container: Partial<PodSpec['containers'][number]>,
  spec: Partial<PodSpec> = {},
): KubeObject & Pod {
  const containers = [{ name: 'c', ...container }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers, ...spec } };
}

const OTHERS = [pod({ ports: [PORT], resources: { requests: { cpu: '1500m', memory: '1Mi' } } })];

for (const [what, asking, expected] of [
  ['nothing', pod({}), undefined],
  ['the remaining resources', pod({ resources: { requests: { cpu: '500m' } } }), undefined],
  [
    'too much CPU and memory',
    pod({ resources: { requests: { memory: '2Gi', cpu: '0.6' } } }),
    {
      reason: 'OutOfcpu',
      message: "Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity: 2000",
    },
  ],
  [
    'too much memory',
    pod({ resources: { requests: { memory: '1Gi' } } }),
    {
      reason: 'OutOfmemory',
      message:
        "Node didn't have enough resource: memory, requested: 1073741824, used: 1048576, capacity: 1073741824",
    },
  ],
  [
    'another node',
    pod({}, { nodeSelector: { a: 'b' } }),
    {
      reason: 'NodeAffinity',
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    },
  ],
  [
    'a port that is in use',
    pod({ ports: [PORT] }),
    {
      reason: 'NodePorts',
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    },
  ],
] as const) {
  test(`admission of a bound pod that requests ${what}`, () => {
    assert.deepEqual(
      admissionRefusal(NODE, asking, () => OTHERS),
      expected,
    );
  });
}
