import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import { countingDraw, requestOf } from '../cases/run-request.ts';
import { told } from '../testing/told.ts';
import { DbgError } from '../model/failure.ts';
import { planCopy } from './copy.ts';
import type { RelatedObjects } from './copy-notices.ts';
import type { Plan } from '../model/plan.ts';

const pod: Pod = {
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    labels: { app: 'web', tier: 'front' },
    annotations: { note: 'x', 'kubernetes.io/config.mirror': 'y' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r-1', controller: true },
    ],
  },
  spec: {
    nodeName: 'n1',
    serviceAccountName: 'robot',
    initContainers: [{ name: 'prepare' }, { name: 'mesh', restartPolicy: 'Always' }],
    containers: [
      { name: 'app', image: 'app:1', ports: [{ containerPort: 80, hostPort: 8080 }] },
      { name: 'log', image: 'log:1' },
    ],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'settings', configMap: { name: 'settings' } },
    ],
  },
  status: { phase: 'Running' },
};

function plan(line: string, original: Pod = pod, surroundings: RelatedObjects = {}): Plan {
  return planCopy(
    requestOf(parse(['web', '--copy-to=c', ...line.split(' ')])),
    original,
    countingDraw(),
    surroundings,
  );
}

function codes(planned: Plan): string[] {
  return planned.notices.map(({ code }) => code);
}

function claim(...accessModes: string[]): PersistentVolumeClaim {
  return { metadata: { name: 'data' }, spec: { accessModes } };
}

test('creates a copy under its name and removes it after its session', () => {
  const planned = plan('--image=busybox -i');
  const [write] = planned.writes;
  assert.equal(planned.writes.length, 1);
  assert.equal(write?.path, '/api/v1/namespaces/shop/pods');
  assert.deepEqual(planned.session, {
    address: { namespace: 'shop', pod: 'c', container: 'debugger-bbbbb' },
    stdin: true,
    tty: false,
  });
  assert.equal(planned.container?.stdinOnce, true);
  assert.deepEqual(planned.cleanup, [{ path: '/api/v1/namespaces/shop/pods/c', what: 'pod shop/c' }]);
});

for (const [line, kept] of [
  ['--image=b', false],
  ['--image=b --rm=false', true],
  ['--image=b --attach=false', true],
  ['--image=b --replace', true],
  ['--set-image=app=app:2', true],
] as const) {
  test(`${line}: the copy is ${kept ? 'kept' : 'removed'}`, () => {
    assert.equal(plan(line).cleanup.length === 0, kept);
  });
}

test('--replace deletes the original when the copy runs: gracefully, and only that pod', () => {
  const planned = plan('--set-image=app=app:2 --replace');
  assert.deepEqual(planned.writes[1], {
    verb: 'delete',
    path: '/api/v1/namespaces/shop/pods/web',
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u-1' } },
    after: 'copy-running',
  });
  assert.deepEqual(codes(planned), ['controller-recreates']);
});

test('clears host ports unless they are kept, but never with the host network', () => {
  const ports = (planned: Plan): unknown => planned.pod.spec?.containers[0]?.ports;
  assert.deepEqual(ports(plan('--image=b')), [{ containerPort: 80 }]);
  assert.deepEqual(ports(plan('--set-image=app=x')), [{ containerPort: 80 }]);
  assert.deepEqual(ports(plan('--image=b --keep-host-ports')), [{ containerPort: 80, hostPort: 8080 }]);
  const onHost: Pod = {
    ...pod,
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], hostNetwork: true },
  };
  const planned = plan('--image=b', onHost);
  assert.deepEqual(ports(planned), [{ containerPort: 80, hostPort: 8080 }]);
  assert.ok(codes(planned).includes('host-network'));
});

test('keeps single labels by key, but never the annotations of mirror pods', () => {
  assert.deepEqual(plan('--image=b --keep-label=tier,x').pod.metadata?.labels, { tier: 'front' });
  assert.deepEqual(plan('--image=b --keep-annotations').pod.metadata?.annotations, { note: 'x' });
  assert.deepEqual(plan('--set-image=app=x').pod.metadata?.annotations, { note: 'x' });
});

test('keeps sidecars with --keep-init-containers=false', () => {
  assert.deepEqual(plan('--image=b --keep-init-containers=false').pod.spec?.initContainers, [
    { name: 'mesh', restartPolicy: 'Always' },
  ]);
});

test('--set-image reaches an init container by its name, not by *', () => {
  const images = (line: string): unknown =>
    plan(line).pod.spec?.initContainers?.map(({ image }) => image ?? 'none');
  assert.deepEqual(images('--set-image=mesh=mesh:2'), ['none', 'mesh:2']);
  assert.deepEqual(images('--set-image=*=x'), ['none', 'none']);
});

test('the node and the restart policy', () => {
  assert.equal(plan('--image=b').pod.spec?.nodeName, undefined);
  assert.equal(plan('--image=b --same-node').pod.spec?.nodeName, 'n1');
  assert.equal(plan('--image=b --node=n2').pod.spec?.nodeName, 'n2');
  assert.equal(plan('--image=b').pod.spec?.restartPolicy, 'Never');
  assert.equal(plan('--image=b --restart=OnFailure').pod.spec?.restartPolicy, 'OnFailure');
  assert.equal(plan('--set-image=app=x').pod.spec?.restartPolicy, undefined);
  assert.equal(plan('--set-image=app=x --restart=Never').pod.spec?.restartPolicy, 'Never');
});

test('says what another namespace must contain', () => {
  const planned = plan('--image=b --to-namespace=lab');
  assert.equal(planned.writes[0]?.path, '/api/v1/namespaces/lab/pods');
  assert.equal(planned.session?.address.namespace, 'lab');
  const notice = planned.notices.find(({ code }) => code === 'namespace-needs');
  assert.match(notice?.text ?? '', /service account robot, claim data, config map settings/);
});

const volumes: [string, PersistentVolumeClaim, string, Pod, string[]][] = [
  ['shared', claim('ReadWriteMany'), '--image=b -c x', pod, []],
  ['for one pod', claim('ReadWriteOncePod'), '--image=b -c x', pod, ['volume-one-pod']],
  ['for one node', claim('ReadWriteOnce'), '--image=b -c x', pod, ['volume-one-node']],
  [
    'of a terminated pod',
    claim('ReadWriteOncePod'),
    '--image=b -c x',
    { ...pod, status: { phase: 'Failed' } },
    [],
  ],
  [
    'for one pod, with --replace',
    claim('ReadWriteOncePod'),
    '--image=b -c x --replace',
    pod,
    ['volume-one-pod', 'controller-recreates'],
  ],
];
for (const [name, given, line, original, expected] of volumes) {
  test(`a volume ${name}: ${expected.join(', ') || 'no notice'}`, () => {
    assert.deepEqual(codes(plan(line, original, { claims: [given] })), expected);
  });
}

test('reports kept labels that a Service or a controller selects', () => {
  const surroundings: RelatedObjects = {
    services: [
      { metadata: { name: 'front' }, spec: { selector: { app: 'web' } } },
      { metadata: { name: 'nobody' }, spec: {} },
      { metadata: { name: 'other' }, spec: { selector: { app: 'db' } } },
    ],
    adopters: [
      { kind: 'ReplicaSet', name: 'web-1', selector: { matchLabels: { app: 'web' } } },
      {
        kind: 'StatefulSet',
        name: 'db',
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] },
      },
    ],
  };
  const planned = plan('--image=b -c x --keep-labels', pod, surroundings);
  assert.deepEqual(codes(planned), ['service-selects', 'controller-adopts']);
  assert.match(planned.notices[0]?.text ?? '', /Service front selects/);
  assert.deepEqual(codes(plan('--image=b -c x', pod, surroundings)), []);
  assert.deepEqual(codes(plan('--set-image=app=x', pod, surroundings)), [
    'service-selects',
    'controller-adopts',
  ]);
});

test('says that there is nothing to attach to if only images are changed', () => {
  assert.deepEqual(codes(plan('--set-image=app=x -it')), ['nothing-to-attach']);
  assert.deepEqual(codes(plan('--set-image=app=x')), []);
});

for (const [line, kind, message] of [
  ['--set-image=app=x --env=A=1', 'usage', /--env would have no effect/],
  ['--set-image=app=x --run-as=1', 'usage', /--run-as would have no effect/],
  ['--set-image=nope=x', 'notFound', /container "nope" of --set-image is not in pod shop\/web/],
  ['--set-image=app=x -c nope', 'usage', /must specify image/],
  ['-c nope -- sh', 'usage', /must specify image/],
  ['--image=b --profile=restricted --privileged', 'usage', /run privileged, which allowPrivilegeEscalation/],
  ['--image=b --profile=restricted --cap-add=sys_admin', 'usage', /have SYS_ADMIN/],
  ['--image=b --profile=restricted --run-as=0', 'usage', /would run as root/],
] as const) {
  test(`planCopy refuses ${line}`, () => {
    assert.throws(
      () => plan(line),
      (error) => error instanceof DbgError && error.kind === kind && message.test(told(error).message),
    );
  });
}

test('--replace requires a pod that exists on the server', () => {
  const { uid: _uid, ...metadata } = pod.metadata ?? {};
  assert.throws(() => plan('--image=b --replace', { ...pod, metadata }), /no uid/);
});

test('does not change the original', () => {
  const before = structuredClone(pod);
  plan('--image=b --profile=sysadmin -c app --env=A=1 -- sh');
  assert.deepEqual(pod, before);
});

const hostPid: Pod = { ...pod, spec: { ...pod.spec, containers: [{ name: 'app' }], hostPID: true } };
const windows: Pod = {
  ...pod,
  spec: { ...pod.spec, containers: [{ name: 'app' }], os: { name: 'windows' } },
};

for (const [name, original] of [
  ["a pod in its node's process namespace", hostPid],
  ['a Windows pod', windows],
] as const) {
  test(`the copy of ${name} does not share its processes`, () => {
    const { spec } = plan('--image=b', original).pod;
    assert.equal(spec?.shareProcessNamespace, undefined);
  });

  test(`an explicit --share-processes is refused for ${name}`, () => {
    assert.throws(
      () => plan('--image=b --share-processes', original),
      (error) => told(error).remedy === 'Leave --share-processes out',
    );
  });
}

test('the copy of a Windows pod has no Linux-only fields', () => {
  for (const profile of ['general', 'netadmin', 'sysadmin']) {
    const planned = plan(`--image=b --profile=${profile}`, windows);
    assert.equal(planned.container?.securityContext, undefined, profile);
    assert.equal(planned.pod.metadata?.annotations, undefined);
  }
  assert.throws(
    () => plan('--image=b --run-as=0', windows),
    (error) => /--run-as has no meaning on Windows/.test(told(error).message),
  );
});

test('sets requests and limits of the debug container, and keeps others', () => {
  const original: Pod = {
    ...pod,
    spec: { containers: [{ name: 'app', resources: { requests: { cpu: '2', memory: '1Gi' } } }] },
  };
  const planned = plan('-c app --requests=cpu=100m --limits=cpu=500m,memory=64Mi -- sh', original);
  assert.deepEqual(planned.container?.resources, {
    requests: { cpu: '100m', memory: '1Gi' },
    limits: { cpu: '500m', memory: '64Mi' },
  });
  assert.throws(
    () => plan('--set-image=app=b --limits=cpu=1', original),
    (error) => /--limits would have no effect/.test(told(error).message),
  );
});
