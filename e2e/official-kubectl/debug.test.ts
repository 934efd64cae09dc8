// The official kubectl debug against a sandbox: its three workflows and all profiles.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EphemeralContainer, Pod, SecurityContext } from 'kubernetes-types/core/v1.d.ts';
import { type KubectlWorld, missing, openKubectlWorld } from './kubectl-world.ts';
import type { RunningProgram } from './running-program.ts';

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: target, labels: { app: target } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: busybox
      command: [sh, -c, 'echo secret > /here; sleep 3600']
      readinessProbe: { exec: { command: [test, -e, /here] }, periodSeconds: 1 }
`;

describe('kubectl debug', { skip: missing }, () => {
  let world: KubectlWorld;
  /** A kubectl that waits for a missing image, which a kubelet reports after 10 s. */
  let absent: RunningProgram;
  before(async () => {
    world = await openKubectlWorld();
    await world.ok(['apply', '-f', '-'], POD);
    await world.ok(['wait', '--for=condition=Ready', 'pod/target', '--timeout=15s']);
    absent = world.start(['debug', 'target', '-i', '-c', 'absent', '--image=example.com/no/such:v1']);
  });
  after(async () => {
    await world.stop();
  });

  describe('an ephemeral container', () => {
    const profiles: [profile: string, securityContext: SecurityContext | undefined][] = [
      ['legacy', undefined],
      ['general', { capabilities: { add: ['SYS_PTRACE'] } }],
      ['baseline', undefined],
      [
        'restricted',
        {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      ],
      ['netadmin', { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } }],
      ['sysadmin', { privileged: true }],
    ];
    for (const [profile, securityContext] of profiles) {
      test(`has the settings of profile ${profile}`, async () => {
        const name = `with-${profile}`;
        await world.ok([
          'debug',
          'target',
          '-c',
          name,
          '--image=busybox',
          '--target=main',
          `--profile=${profile}`,
          '--attach=false',
          '-i',
          '--',
          'cat',
        ]);
        const pod = await world.get<Pod>('pod', 'target');
        const container = pod.spec?.ephemeralContainers?.find((one) => one.name === name);
        assert.deepEqual(container?.securityContext, securityContext);
        const expected: Partial<EphemeralContainer> = {
          image: 'busybox',
          command: ['cat'],
          stdin: true,
          targetContainerName: 'main',
          imagePullPolicy: 'Always',
          terminationMessagePolicy: 'File',
        };
        for (const [field, value] of Object.entries(expected)) {
          assert.deepEqual(container?.[field as keyof EphemeralContainer], value, field);
        }
      });
    }

    test('sees the processes and files of its target, on a terminal', async () => {
      const terminal = world.terminal([
        'debug',
        'target',
        '-it',
        '-c',
        'looking',
        '--image=busybox',
        '--target=main',
        '--profile=general',
        '--',
        'sh',
      ]);
      await terminal.waitFor(/If you don't see a command prompt/);
      terminal.type('\r');
      await terminal.waitFor(/#$/);
      terminal.type('ps -o pid,args; cat /proc/1/root/here\r');
      await terminal.waitFor(/^ +1 sleep 3600$/m);
      await terminal.waitFor(/^secret$/m);
      terminal.type('exit 3\r');
      await terminal.exited;
      const path = '{.status.ephemeralContainerStatuses[?(@.name=="looking")].state.terminated.exitCode}';
      await world.ok(['wait', `--for=jsonpath=${path}=3`, 'pod/target', '--timeout=10s']);
    });

    test('transfers input and output', async () => {
      const session = world.start([
        'debug',
        'target',
        '-i',
        '--image=busybox',
        '--profile=general',
        '--',
        'sh',
        '-c',
        'while read line; do echo "heard $line"; done',
      ]);
      await session.waitFor(/If you don't see a command prompt|Defaulting debug container name/);
      session.write('hello\n');
      await session.waitFor(/^heard hello$/m);
      session.end();
      await session.exited;
    });
  });

  describe('a copy', () => {
    test('has a debug container with shared processes, and changed images', async () => {
      const args = ['debug', 'target', '--copy-to=copy', '-c', 'debugger', '--image=busybox'];
      const more = [
        '--share-processes',
        '--set-image=main=busybox:1.37',
        '--attach=false',
        '-i',
        '--',
        'cat',
      ];
      await world.ok([...args, '--profile=general', ...more]);
      await world.ok(['wait', '--for=jsonpath={.status.phase}=Running', 'pod/copy', '--timeout=15s']);
      const { spec, metadata } = await world.get<Pod>('pod', 'copy');
      assert.equal(metadata?.labels, undefined);
      assert.equal(spec?.shareProcessNamespace, true);
      assert.deepEqual(
        spec?.containers.map(({ name, image, readinessProbe }) => [name, image, readinessProbe]),
        [
          ['main', 'busybox:1.37', undefined],
          ['debugger', 'busybox', undefined],
        ],
      );
      const processes = await world.ok(['exec', 'copy', '-c', 'debugger', '--', 'ps', '-o', 'args']);
      assert.match(processes, /^sleep 3600$/m);
    });

    test('may run another command in a container, interactively', async () => {
      const terminal = world.terminal([
        'debug',
        'target',
        '-it',
        '--copy-to=shell',
        '-c',
        'main',
        '--',
        'sh',
      ]);
      await terminal.waitFor(/If you don't see a command prompt/);
      terminal.type('\r');
      await terminal.waitFor(/#$/);
      terminal.type('hostname; ls /here; exit\r');
      await terminal.waitFor(/^shell$/m);
      await terminal.waitFor(/^ls: \/here: No such file or directory$/m);
      await terminal.exited;
    });

    test('may replace the pod', async () => {
      await world.ok(['run', 'old', '--image=busybox', '--', 'sleep', '3600']);
      await world.ok(['wait', '--for=condition=Ready', 'pod/old', '--timeout=15s']);
      const args = [
        'debug',
        'old',
        '--copy-to=new',
        '--replace',
        '--same-node',
        '--set-image=*=busybox:1.36',
      ];
      await world.ok([...args, '--attach=false']);
      await world.ok(['wait', '--for=condition=Ready', 'pod/new', '--timeout=15s']);
      await world.ok(['wait', '--for=delete', 'pod/old', '--timeout=40s']);
      assert.equal((await world.get<Pod>('pod', 'new')).spec?.nodeName, 'vm');
    });
  });

  describe('a node pod', () => {
    const profiles: [profile: string, host: boolean, securityContext: SecurityContext | undefined][] = [
      ['legacy', true, undefined],
      ['general', true, undefined],
      ['baseline', false, undefined],
      [
        'restricted',
        false,
        {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      ],
      ['netadmin', true, { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } }],
      ['sysadmin', true, { privileged: true }],
    ];
    for (const [profile, host, securityContext] of profiles) {
      test(`has the settings of profile ${profile}`, async () => {
        const text = await world.ok([
          'debug',
          'node/vm',
          '--image=busybox',
          `--profile=${profile}`,
          '--attach=false',
          '-i',
          '--',
          'cat',
        ]);
        const name = /Creating debugging pod (\S+) with container debugger on node vm/.exec(text)?.[1] ?? '';
        const { spec } = await world.get<Pod>('pod', name);
        assert.equal(spec?.nodeName, 'vm');
        assert.deepEqual(spec?.containers[0]?.securityContext, securityContext);
        assert.equal(spec?.hostNetwork ?? false, host);
        assert.equal(spec?.hostPID ?? false, host);
      });
    }

    test("sees the node's files and processes, on a terminal", async () => {
      const terminal = world.terminal([
        'debug',
        'node/vm',
        '-it',
        '--image=busybox',
        '--profile=sysadmin',
        '--',
        'sh',
      ]);
      await terminal.waitFor(/If you don't see a command prompt/);
      terminal.type('\r');
      await terminal.waitFor(/#$/);
      terminal.type(`ls /host${world.directory}; test -e /proc/${process.pid} && echo same pro""cesses\r`);
      await terminal.waitFor(/^same processes$/m);
      terminal.type('exit\r');
      await terminal.exited;
      await world.ok(['delete', 'pod', '-l', 'app.kubernetes.io/managed-by=kubectl-debug', '--now']);
    });
  });

  test('reports an image that cannot be pulled', async () => {
    await absent.waitFor(/Warning: container absent: .*example\.com\/no\/such:v1/);
    await absent.stop();
  });
});
