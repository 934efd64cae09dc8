import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { explainDuplicate } from './duplicates.ts';
import type { Workflow } from '../model/plan.ts';
import { toldOf } from '../testing/told.ts';

const remedyOf = (workflow: Workflow) =>
  toldOf({ code: 'AddedTwice', facts: { value: '', workflow }, message: '' }).remedy ?? '';

const sent: Pod = {
  spec: {
    containers: [{ name: 'app' }, { name: 'istio-proxy', volumeMounts: [{ name: 'a', mountPath: '/x' }] }],
    volumes: [{ name: 'istio-envoy' }],
  },
};

const rows: [message: string, sent: Pod, value: string | undefined][] = [
  ['Pod "c" is invalid: spec.containers[2].name: Duplicate value: "istio-proxy"', sent, 'istio-proxy'],
  ['Pod "c" is invalid: spec.initContainers[1].name: Duplicate value: "istio-init"', sent, 'istio-init'],
  [
    'Pod "c" is invalid: [spec.volumes[3].name: Duplicate value: "istio-envoy", spec.x: Required]',
    sent,
    'istio-envoy',
  ],
  [
    'Pod "c" is invalid: spec.containers[1].volumeMounts[2].mountPath: Invalid value: "/x": must be unique',
    sent,
    undefined,
  ],
  ['Pod "c" is invalid: spec.containers[0].image: Required value', sent, undefined],
  [
    'Pod "c" is invalid: spec.containers[1].name: Duplicate value: "app"',
    { spec: { containers: [{ name: 'app' }, { name: 'app' }] } },
    undefined,
  ],
];

for (const [message, pod, value] of rows) {
  test(`${message}: ${value ?? 'not explained'}`, () => {
    const explained = explainDuplicate(message, pod, 'copy');
    if (value === undefined) return assert.equal(explained, undefined);
    assert.match(explained?.message ?? '', new RegExp(`something in the cluster added .*"${value}"`));
    assert.equal(explained?.value, value);
    assert.match(remedyOf('copy'), /--keep-annotations/);
    return undefined;
  });
}

test('also explains it for a node pod, and for a pod with an added debug container', () => {
  const node = explainDuplicate(
    'Pod "n" is invalid: spec.containers[2].name: Duplicate value: "istio-proxy"',
    { spec: { containers: [{ name: 'debugger' }] } },
    'node',
  );
  assert.match(node?.message ?? '', /added .*"istio-proxy" to the pod, which has it already/);
  assert.doesNotMatch(remedyOf('node'), /--keep/);
  const twice = 'Pod "p" is invalid: spec.ephemeralContainers[1].name: Duplicate value: "dbg"';
  const dbg = { name: 'dbg' };
  const app = { name: 'app' };
  const added = explainDuplicate(
    twice,
    { spec: { containers: [app], ephemeralContainers: [dbg] } },
    'ephemeral',
  );
  assert.equal(added?.value, 'dbg');
  assert.match(remedyOf('ephemeral'), /--copy-to/);
  const ours: Pod = { spec: { containers: [dbg], ephemeralContainers: [dbg] } };
  assert.equal(explainDuplicate(twice, ours, 'ephemeral'), undefined);
});
