import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, Pod } from 'kubernetes-types/core/v1.d.ts';
import { told } from '../testing/told.ts';
import { DbgError } from '../model/failure.ts';
import { planEphemeral } from './ephemeral.ts';
import type { DebugRequest } from '../model/plan.ts';

const request: DebugRequest = {
  image: 'busybox',
  env: [],
  words: [],
  argumentsOnly: false,
  attach: true,
  stdin: false,
  tty: false,
  profile: 'general',
  adjust: { capAdd: [], capDrop: [] },
  mountsFromTarget: false,
  mountsReadWrite: false,
  envFromTarget: false,
  asTarget: false,
  hostShell: false,
  remove: true,
  written: new Set(),
};

const pod: Pod = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    initContainers: [{ name: 'prepare' }, { name: 'mesh', restartPolicy: 'Always' }],
    containers: [{ name: 'app' }, { name: 'log' }],
    ephemeralContainers: [{ name: 'debugger-bbbbb' }],
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      { name: 'app', ready: true, restartCount: 0, image: '', imageID: '', state: { running: {} } },
      {
        name: 'log',
        ready: false,
        restartCount: 3,
        image: '',
        imageID: '',
        state: { waiting: { reason: 'CrashLoopBackOff' } },
      },
    ],
  },
};

const first = (): number => 0;

/** Returns the given random numbers, then zeros. */
function drawing(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}

test('the patch adds only the ephemeral container', () => {
  const plan = planEphemeral(request, pod, drawing(0, 0, 0, 0, 0, 26, 0, 0, 0, 0));
  assert.deepEqual(plan.writes, [
    {
      verb: 'patch',
      path: '/api/v1/namespaces/shop/pods/web/ephemeralcontainers',
      contentType: 'application/strategic-merge-patch+json',
      body: {
        spec: {
          '$setElementOrder/ephemeralContainers': [{ name: 'debugger-bbbbb' }, { name: 'debugger-9bbbb' }],
          ephemeralContainers: [
            {
              name: 'debugger-9bbbb',
              image: 'busybox',
              resources: {},
              terminationMessagePolicy: 'File',
              targetContainerName: 'app',
              securityContext: { capabilities: { add: ['SYS_PTRACE'] } },
            },
          ],
        },
      },
      after: 'now',
    },
  ]);
  assert.deepEqual(plan.session, {
    address: { namespace: 'shop', pod: 'web', container: 'debugger-9bbbb' },
    stdin: false,
    tty: false,
  });
  assert.deepEqual(
    plan.notices.map(({ code }) => code),
    ['name-generated', 'target-chosen'],
  );
});

test('does not change the input pod', () => {
  const before = structuredClone(pod);
  planEphemeral(
    { ...request, profile: 'sysadmin', custom: { env: [{ name: 'A', value: '1' }] } },
    pod,
    drawing(1),
  );
  assert.deepEqual(pod, before);
});

for (const [name, change, target] of [
  ['the first container', {}, 'app'],
  [
    'the annotated container',
    { metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'app' } } },
    'app',
  ],
  [
    'the first container if the annotation names an unknown one',
    { metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'x' } } },
    'app',
  ],
  [
    'none in a pod with a shared PID namespace',
    { spec: { ...pod.spec, shareProcessNamespace: true } },
    undefined,
  ],
  [
    'none if the chosen one is not running',
    { metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'log' } } },
    undefined,
  ],
] as [string, Partial<Pod>, string | undefined][]) {
  test(`without --target, ${name} is targeted`, () => {
    const changed = { ...pod, ...change, metadata: { ...pod.metadata, ...change.metadata } } as Pod;
    const plan = planEphemeral({ ...request, container: 'dbg' }, changed, first);
    assert.equal((plan.container as { targetContainerName?: string }).targetContainerName, target);
  });
}

for (const [target, chosen] of [
  ['', undefined],
  ['app', 'app'],
  ['mesh', 'mesh'],
] as const) {
  test(`--target=${target} targets ${chosen ?? 'nothing'}`, () => {
    const plan = planEphemeral({ ...request, target }, pod, drawing(1));
    assert.equal((plan.container as { targetContainerName?: string }).targetContainerName, chosen);
  });
}

for (const [stdin, tty, attach, once] of [
  [true, false, true, true],
  [true, true, true, undefined],
  [true, false, false, undefined],
  [false, false, true, undefined],
] as const) {
  test(`stdin ${stdin}, tty ${tty}, attach ${attach}: stdinOnce is ${once}`, () => {
    const plan = planEphemeral({ ...request, stdin, tty, attach }, pod, drawing(1));
    assert.equal(plan.container?.stdinOnce, once);
  });
}

function initStatus(state: ContainerState): NonNullable<Pod['status']> {
  return {
    initContainerStatuses: [
      { name: 'prepare', state, image: '', imageID: '', ready: false, restartCount: 0 },
    ],
  };
}

test('can target an init container while it runs', () => {
  const running = { ...pod, status: initStatus({ running: {} }) };
  const plan = planEphemeral({ ...request, target: 'prepare' }, running, drawing(1));
  assert.equal((plan.container as { targetContainerName?: string }).targetContainerName, 'prepare');
});

test('a Windows pod gets no Linux-only fields', () => {
  const windows: Pod = { ...pod, spec: { containers: [{ name: 'app' }], os: { name: 'windows' } } };
  for (const profile of ['general', 'netadmin', 'sysadmin', 'restricted', 'baseline'] as const) {
    const { container } = planEphemeral({ ...request, target: '', profile }, windows, drawing(1));
    const expected = profile === 'restricted' ? { runAsNonRoot: true } : undefined;
    assert.deepEqual(container?.securityContext, expected, profile);
  }
});

const refusals: [string, Partial<DebugRequest>, Partial<Pod>, string, RegExp][] = [
  ['a name that is already used', { container: 'app' }, {}, 'usage', /already has a container "app"/],
  ['a name of an init container', { container: 'prepare' }, {}, 'usage', /already has/],
  ['a malformed name', { container: 'A_b' }, {}, 'usage', /invalid container name/],
  ['an unknown target', { target: 'nope' }, {}, 'notFound', /container "nope" is not in pod shop\/web/],
  ['an init container as target', { target: 'prepare' }, {}, 'usage', /is an init container/],
  ['a target that does not run', { target: 'log' }, {}, 'neverStarted', /does not run \(CrashLoopBackOff\)/],
  [
    'a terminated init container',
    { target: 'prepare' },
    { status: initStatus({ terminated: { exitCode: 0, reason: 'Completed' } }) },
    'neverStarted',
    /has ended \(Completed\)/,
  ],
  [
    'a pod with scheduling gates',
    {},
    { spec: { containers: [{ name: 'app' }], schedulingGates: [{ name: 'queue.example/hold' }] } },
    'neverStarted',
    /waits for its scheduling gates \(queue\.example\/hold\)/,
  ],
  [
    'capabilities in a Windows pod',
    { adjust: { capAdd: ['NET_ADMIN'], capDrop: [] } },
    { spec: { containers: [{ name: 'app' }], os: { name: 'windows' } } },
    'usage',
    /--cap-add has no meaning on Windows/,
  ],
  ['a terminated pod', {}, { status: { phase: 'Succeeded' } }, 'neverStarted', /has ended \(Succeeded\)/],
  [
    'a mirror pod',
    {},
    { metadata: { ...pod.metadata, annotations: { 'kubernetes.io/config.mirror': 'x' } } },
    'refused',
    /static pod/,
  ],
  [
    'a terminating pod',
    {},
    { metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    'neverStarted',
    /being deleted/,
  ],
  [
    'root in the restricted profile',
    { profile: 'restricted', adjust: { capAdd: [], capDrop: [], runAs: { uid: 0 } } },
    {},
    'usage',
    /would run as root/,
  ],
  [
    '--as-target without a target',
    { asTarget: true, target: '' },
    {},
    'usage',
    /--as-target needs a target container/,
  ],
];

for (const [name, change, podChange, kind, message] of refusals) {
  test(`planEphemeral refuses ${name}`, () => {
    assert.throws(
      () => planEphemeral({ ...request, ...change }, { ...pod, ...podChange }, drawing(1)),
      (error) => error instanceof DbgError && error.kind === kind && message.test(told(error).message),
    );
  });
}
