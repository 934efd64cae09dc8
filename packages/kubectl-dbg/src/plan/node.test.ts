import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from 'kubernetes-types/core/v1.d.ts';
import { parse } from '../cli/grammar/index.ts';
import { countingDraw, requestOf } from '../cases/run-request.ts';
import { DbgError } from '../model/failure.ts';
import { planNode } from './node.ts';
import type { Plan } from '../model/plan.ts';

const linux: Node = { metadata: { name: 'worker-1' } };
const windows: Node = { metadata: { name: 'win-1', labels: { 'kubernetes.io/os': 'windows' } } };

function plan(line: string, node: Node = linux): Plan {
  return planNode(requestOf(parse(['node/x', ...line.split(' ')])), node, 'ops', countingDraw());
}

test('creates a node pod in the current or the given namespace, and removes it after its session', () => {
  const planned = plan('-q');
  assert.equal(planned.writes[0]?.path, '/api/v1/namespaces/ops/pods');
  assert.deepEqual(planned.session?.address, {
    namespace: 'ops',
    pod: 'node-debugger-worker-1-bbbbb',
    container: 'debugger',
  });
  assert.deepEqual(planned.cleanup, [
    {
      path: '/api/v1/namespaces/ops/pods/node-debugger-worker-1-bbbbb',
      what: 'pod ops/node-debugger-worker-1-bbbbb',
    },
  ]);
  assert.equal(plan('--to-namespace=lab').session?.address.namespace, 'lab');
  assert.deepEqual(plan('--rm=false').cleanup, []);
  assert.deepEqual(plan('--attach=false').cleanup, []);
});

for (const [nodeName, podName] of [
  ['n', 'node-debugger-n-bbbbb'],
  ['ip-10-0-0-1.ec2.internal', 'node-debugger-ip-10-0-0-1.ec2.internal-bbbbb'],
  ['a'.repeat(80), `node-debugger-${'a'.repeat(43)}-bbbbb`],
  [`${'a'.repeat(42)}.example.com`, `node-debugger-${'a'.repeat(42)}-bbbbb`],
] as const) {
  test(`the pod for node ${nodeName} is called ${podName}`, () => {
    const { name } = plan('-q', { metadata: { name: nodeName } }).pod.metadata ?? {};
    assert.equal(name, podName);
    assert.ok((name?.length ?? 64) <= 63);
  });
}

for (const [line, command] of [
  ['--host-shell', ['chroot', '/host', 'sh', '-c', /exec bash -l/]],
  ['--host-shell -- ls /', ['chroot', '/host', 'ls', '/']],
  [
    '--host-shell --profile=sysadmin -- ls',
    ['sh', '-c', /exec \$enter "\$@".*exec chroot \/host/, 'host-shell', 'ls'],
  ],
] as const) {
  test(`${line} changes root to the node's file system`, () => {
    const words = plan(line).container?.command ?? [];
    assert.equal(words.length, command.length);
    for (const [index, word] of command.entries()) {
      if (typeof word === 'string') assert.equal(words[index], word);
      else assert.match(words[index] ?? '', word);
    }
  });
}

for (const profile of ['baseline', 'restricted', 'netadmin']) {
  test(`refuses --host-shell with profile ${profile}, which does not mount the node's file system`, () => {
    assert.throws(() => plan(`--host-shell --profile=${profile}`), DbgError);
  });
}

test('on Windows a HostProcess container replaces the host namespaces', () => {
  const { pod, container } = plan('--profile=sysadmin', windows);
  assert.deepEqual(container?.securityContext, {
    windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' },
  });
  assert.equal(pod.spec?.hostNetwork, true);
  assert.equal(pod.spec?.hostPID, undefined);
  assert.equal(pod.spec?.volumes, undefined);
  assert.deepEqual(pod.spec?.os, { name: 'windows' });
  assert.deepEqual(plan('--host-shell', windows).container?.command, ['cmd.exe']);
});

test('on Windows profiles without host access result in a plain container', () => {
  assert.equal(plan('--profile=baseline', windows).container?.securityContext, undefined);
  assert.deepEqual(plan('--profile=restricted', windows).container?.securityContext, { runAsNonRoot: true });
});

test('reports a node that is not ready', () => {
  const node: Node = {
    ...linux,
    status: {
      conditions: [
        { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped.' },
      ],
    },
  };
  const [notice] = plan('-q', node).notices;
  assert.equal(notice?.code, 'node-not-ready');
  assert.match(notice?.text ?? '', /NodeStatusUnknown/);
});

test('sets --requests and --limits on a node pod', () => {
  assert.deepEqual(plan('--requests=cpu=10m --limits=memory=64Mi').container?.resources, {
    requests: { cpu: '10m' },
    limits: { memory: '64Mi' },
  });
});
