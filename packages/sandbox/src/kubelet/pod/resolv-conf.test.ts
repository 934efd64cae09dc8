import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { resolvConf } from './resolv-conf.ts';
import type { PodObject } from '../types.ts';

const CLUSTER =
  'search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n';

function pod(spec: Partial<PodSpec>): PodObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns' },
    spec: { containers: [], ...spec },
  };
}

for (const [what, spec, expected] of [
  ["by default the cluster's DNS", {}, CLUSTER],
  [
    "with hostNetwork the cluster's DNS only for ClusterFirstWithHostNet",
    { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    CLUSTER,
  ],
  [
    'with None only the dnsConfig',
    { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'], searches: ['x.y'] } },
    'search x.y\nnameserver 192.0.2.1\n',
  ],
  [
    'with additional options',
    { dnsConfig: { options: [{ name: 'timeout', value: '1' }, { name: 'rotate' }] } },
    CLUSTER.replace('ndots:5', 'ndots:5 timeout:1 rotate'),
  ],
] as const) {
  test(`resolv.conf: ${what}`, () => {
    assert.equal(resolvConf(pod(structuredClone(spec) as Partial<PodSpec>)), expected);
  });
}
