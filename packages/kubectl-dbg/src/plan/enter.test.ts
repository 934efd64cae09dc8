import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { countingDraw, requestOf } from '../cases/run-request.ts';
import { parse } from '../cli/grammar/index.ts';
import { told } from '../testing/told.ts';
import { DbgError } from '../model/failure.ts';
import { ENTER_SCRIPT } from './enter-script.ts';
import { planEphemeral } from './ephemeral.ts';

const STATUS = {
  containerStatuses: [{ name: 'app', containerID: 'containerd://0123', state: { running: {} } }],
};

function plan(line: string, spec: Pod['spec'] = { containers: [{ name: 'app' }] }) {
  const pod = { metadata: { name: 'web', namespace: 'shop' }, spec, status: STATUS } as unknown as Pod;
  return planEphemeral(requestOf(parse(['web', ...line.split(' ')])), pod, countingDraw());
}

test('passes the command to the script, and how to find the target', () => {
  const { container, notices } = plan('--enter --env=A=1 -- ls -l');
  assert.deepEqual(container?.command, [
    'sh',
    '-c',
    'eval "$KUBECTL_DBG_ENTER"',
    'enter',
    'joined',
    '0123',
    'app',
    'A',
    'ls',
    '-l',
  ]);
  assert.ok(notices.some(({ code }) => code === 'entering-root'));
  const names = container?.env?.map(({ name }) => name);
  assert.deepEqual(names, ['A', 'KUBECTL_DBG_ENTER']);
});

test('in a pod with a shared PID namespace, uses the default container and joins no other PID namespace', () => {
  const { container } = plan('--enter', {
    shareProcessNamespace: true,
    containers: [{ name: 'app' }, { name: 'b' }],
  });
  assert.deepEqual(container?.command?.slice(4, 7), ['shared', '0123', 'app']);
  assert.equal('targetContainerName' in (container ?? {}), false);
});

const refused: [line: string, spec: Pod['spec'], message: RegExp][] = [
  ['--enter --profile=restricted', undefined, /SYS_CHROOT/],
  ['--enter --cap-drop=SYS_CHROOT', undefined, /SYS_CHROOT/],
  ['--enter=namespaces', undefined, /SYS_ADMIN/],
  ['--enter --run-as=1000', undefined, /runs as 1000/],
  ['--enter', { containers: [{ name: 'app' }], securityContext: { runAsUser: 7 } }, /runs as 7/],
  ['--enter --target=', undefined, /needs a target/],
  ['--enter --arguments-only -- ls', undefined, /contradict/],
  ['--enter', { containers: [{ name: 'app' }], os: { name: 'windows' } }, /Windows/],
  ['--enter=all', undefined, /invalid value "all"/],
];
for (const [line, spec, message] of refused) {
  test(`refuses ${line}: ${message.source}`, () => {
    assert.throws(
      () => plan(line, spec),
      (error) => error instanceof DbgError && error.kind === 'usage' && message.test(told(error).message),
    );
  });
}

test('the script contains nothing that the kubelet would expand: no $(NAME) and no $$', () => {
  assert.doesNotMatch(ENTER_SCRIPT, /\$\$|\$\([A-Za-z_][A-Za-z0-9_.-]*\)/);
});

test('the script is POSIX sh', () => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: ENTER_SCRIPT, encoding: 'utf8' });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});
