import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, EphemeralContainer, Pod, PodStatus } from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import { countingDraw, requestOf } from '../cases/run-request.ts';
import { planEphemeral } from './ephemeral.ts';
import type { Plan } from '../model/plan.ts';

function plan(line: string, target: Partial<Container>, pod: Pod = {}): Plan {
  const full: Pod = {
    ...pod,
    metadata: { name: 'web', namespace: 'shop' },
    spec: { ...pod.spec, containers: [{ name: 'app', ...target }] },
  };
  return planEphemeral(requestOf(parse(['web', ...line.split(' ')])), full, countingDraw());
}

function container(planned: Plan): EphemeralContainer {
  return planned.container as EphemeralContainer;
}

const mounts = [
  { name: 'data', mountPath: '/data' },
  { name: 'data', mountPath: '/sub', subPath: 'a' },
  { name: 'keys', mountPath: '/keys', readOnly: true, mountPropagation: 'Bidirectional' },
  { name: 'data', mountPath: '/expr', subPathExpr: '$(A)' },
];

test('--mounts-from-target mounts volumes read-only where possible, and lists the others', () => {
  const volumeDevices = [{ name: 'disk', devicePath: '/dev/x' }];
  const planned = plan('--mounts-from-target', { volumeMounts: mounts, volumeDevices });
  assert.deepEqual(container(planned).volumeMounts, [
    { name: 'data', mountPath: '/data', readOnly: true },
    { name: 'keys', mountPath: '/keys', readOnly: true, mountPropagation: 'HostToContainer' },
  ]);
  const notice = planned.notices.find(({ code }) => code === 'mounts-left-out');
  assert.match(notice?.text ?? '', /\/sub \(subPath\), \/expr \(subPath\), \/dev\/x \(block device\)/);
});

test('--mounts-rw keeps mounts writable that are writable in the target', () => {
  assert.deepEqual(container(plan('--mounts-rw', { volumeMounts: mounts })).volumeMounts, [
    { name: 'data', mountPath: '/data' },
    { name: 'keys', mountPath: '/keys', readOnly: true, mountPropagation: 'HostToContainer' },
  ]);
});

test('--env-from-target copies the environment; --env takes precedence', () => {
  const planned = plan('--env-from-target --env=B=mine --env=C=3', {
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
    envFrom: [{ configMapRef: { name: 'settings' } }],
  });
  assert.deepEqual(container(planned).env, [
    { name: 'A', value: '1' },
    { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', containerName: 'app' } } },
    { name: 'B', value: 'mine' },
    { name: 'C', value: '3' },
  ]);
  assert.deepEqual(container(planned).envFrom, [{ configMapRef: { name: 'settings' } }]);
});

test("--as-target copies the target's user and restrictions, but not its capabilities", () => {
  const planned = plan('--as-target --profile=baseline', {
    securityContext: {
      runAsUser: 1000,
      runAsGroup: 2000,
      seccompProfile: { type: 'RuntimeDefault' },
      seLinuxOptions: { level: 's0:c1' },
      capabilities: { add: ['NET_RAW'] },
      readOnlyRootFilesystem: true,
    },
  });
  assert.deepEqual(container(planned).securityContext, {
    runAsUser: 1000,
    runAsGroup: 2000,
    seccompProfile: { type: 'RuntimeDefault' },
    seLinuxOptions: { level: 's0:c1' },
  });
});

test("--as-target finds the image's user in the status, or says that it is unknown", () => {
  const status = {
    phase: 'Running',
    containerStatuses: [
      { name: 'app', state: { running: {} }, user: { linux: { uid: 65_532, gid: 65_532 } } },
    ],
  } as unknown as PodStatus;
  const planned = plan('--as-target --profile=baseline', {}, { status });
  assert.deepEqual(container(planned).securityContext, { runAsUser: 65_532, runAsGroup: 65_532 });
  const unknown = plan('--as-target --profile=baseline', {});
  assert.ok(unknown.notices.some(({ code }) => code === 'target-user-unknown'));
});

test('the pod-level user needs no copy', () => {
  const planned = plan(
    '--as-target --profile=baseline',
    {},
    { spec: { containers: [], securityContext: { runAsUser: 7 } } },
  );
  assert.deepEqual(
    planned.notices.map(({ code }) => code),
    ['name-generated', 'target-chosen'],
  );
});

test('individual settings take precedence', () => {
  const planned = plan(
    '--profile=netadmin --cap-add=sys_ptrace,CAP_NET_RAW --cap-drop=NET_ADMIN --run-as=0:5',
    {},
  );
  assert.deepEqual(container(planned).securityContext, {
    capabilities: { drop: ['NET_ADMIN'], add: ['NET_RAW', 'SYS_PTRACE'] },
    runAsUser: 0,
    runAsGroup: 5,
    runAsNonRoot: false,
  });
  assert.equal(
    container(plan('--profile=sysadmin --privileged=false', {})).securityContext?.privileged,
    false,
  );
});
