import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { startScheduler } from './scheduler.ts';

const NONE = '0/1 nodes are available:';
const NOT_HELPFUL = `no new claims to deallocate, preemption: ${NONE} 1 Preemption is not helpful for scheduling.`;
const NO_VICTIMS = `no new claims to deallocate, preemption: ${NONE} 1 No preemption victims found for incoming pod.`;
const PORT = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 8080 }] }] };
const BOUND = 'bound';

const asking = (cpu: string): PodSpec => ({
  containers: [{ name: 'c', resources: { requests: { cpu } } }],
});
const claiming = (claimName: string): PodSpec => ({
  containers: [{ name: 'c' }],
  volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
});

for (const [what, spec, expected, taint] of [
  ['nothing special', { containers: [{ name: 'c' }] }, BOUND],
  ['the remaining CPU', asking('1'), BOUND],
  ['more than the remaining CPU', asking('2'), `${NONE} 1 Insufficient cpu. ${NO_VICTIMS}`],
  ["more than the node's CPU", asking('3'), `${NONE} 1 Insufficient cpu. ${NOT_HELPFUL}`],
  [
    'a host port that is in use',
    PORT,
    `${NONE} 1 node(s) didn't have free ports for the requested pod ports. ${NO_VICTIMS}`,
  ],
  [
    'the same host port for UDP',
    { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 8080, protocol: 'UDP' }] }] },
    BOUND,
  ],
  ['a missing claim', claiming('nosuch'), `${NONE} persistentvolumeclaim "nosuch" not found. ${NOT_HELPFUL}`],
  [
    'an unbound claim',
    claiming('unbound'),
    `${NONE} pod has unbound immediate PersistentVolumeClaims. ${NOT_HELPFUL}`,
  ],
  ['a bound claim', claiming('bound'), BOUND],
  [
    'another node',
    { containers: [{ name: 'c' }], nodeSelector: { a: 'b' } },
    `${NONE} 1 node(s) didn't match Pod's node affinity/selector. ${NOT_HELPFUL}`,
  ],
  [
    'a tainted node',
    { containers: [{ name: 'c' }] },
    `${NONE} 1 node(s) had untolerated taint(s). ${NOT_HELPFUL}`,
    { key: 'k', effect: 'NoSchedule' },
  ],
] as const) {
  test(`a pod that requests ${what}: ${expected}`, async (t) => {
    const store = new MemoryStore({});
    const create = (resource: string, kind: string, name: string, rest: object): KubeObject =>
      store.create(resource, {
        apiVersion: 'v1',
        kind,
        metadata: { name, ...(kind === 'Node' ? {} : { namespace: 'a' }) },
        ...rest,
      });
    create('nodes', 'Node', 'vm', {
      spec: { taints: taint === undefined ? [] : [taint] },
      status: { allocatable: { cpu: '2', pods: '110' } },
    });
    create('persistentvolumeclaims', 'PersistentVolumeClaim', 'unbound', { status: { phase: 'Pending' } });
    create('persistentvolumeclaims', 'PersistentVolumeClaim', 'bound', { status: { phase: 'Bound' } });
    create('pods', 'Pod', 'before', {
      spec: {
        nodeName: 'vm',
        containers: [{ ...PORT.containers[0], ...asking('1').containers[0] }],
      },
    });
    create('pods', 'Pod', 'p', { spec, status: { phase: 'Pending' } });
    t.after(startScheduler(store, () => new Date()));
    let told = '';
    while (told === '') {
      await delay(5);
      const pod = store.get<KubeObject & { spec: PodSpec; status?: { conditions?: { message?: string }[] } }>(
        'pods',
        'a',
        'p',
      );
      told = pod?.spec.nodeName === 'vm' ? BOUND : (pod?.status?.conditions?.[0]?.message ?? '');
    }
    assert.equal(told, expected);
  });
}
