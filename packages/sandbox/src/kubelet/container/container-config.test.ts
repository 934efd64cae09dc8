import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { PodObject } from '../types.ts';
import { noRunc, oneUserOnly, rootless, testNode } from '../testing/test-node.ts';

const skip = noRunc ?? false;
const sleep = ['sleep', '3600'];
const isRunning = (pod: PodObject | undefined): boolean =>
  pod?.status?.containerStatuses?.[0]?.state?.running !== undefined;

const DEFAULT_CAPABILITIES = '00000000a80425fb';
const NONE = '0000000000000000';

// Each test has its own node and mostly waits.
describe('container configuration', { concurrency: 3 }, () => {
  for (const [what, securityContext, expected] of [
    ['no settings', {}, { CapEff: DEFAULT_CAPABILITIES, NoNewPrivs: '0', Seccomp: '2' }],
    [
      'a user',
      { runAsUser: 1000, runAsGroup: 3000 },
      { CapEff: NONE, CapBnd: DEFAULT_CAPABILITIES, Uid: '1000', Gid: '3000' },
    ],
    ['all capabilities dropped', { capabilities: { drop: ['ALL'] } }, { CapEff: NONE, CapBnd: NONE }],
    [
      'all capabilities dropped and one added',
      { capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } },
      { CapEff: '0000000000080000' },
    ],
    ['no privilege escalation', { allowPrivilegeEscalation: false }, { NoNewPrivs: '1' }],
    ['no seccomp profile', { seccompProfile: { type: 'Unconfined' } }, { Seccomp: '0' }],
    ['privileged', { privileged: true }, { Seccomp: '0', NoNewPrivs: '0' }],
  ] as const) {
    const needed = 'runAsUser' in securityContext ? (oneUserOnly ?? false) : skip;
    test(`security context with ${what}`, { skip: needed }, async (t) => {
      const node = await testNode(t);
      node.create('p', { command: sleep, securityContext: structuredClone(securityContext) as never });
      await node.until('p', isRunning);
      const { output } = await node.exec('p', 'main', ['cat', '/proc/self/status']);
      for (const [field, value] of Object.entries(expected)) {
        assert.equal(new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(output)?.[1], value, field);
      }
    });
  }

  test(
    'only a privileged container may mount; a read-only root file system refuses writes',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create(
        'p',
        { command: sleep, securityContext: { privileged: true } },
        {
          containers: [
            { name: 'plain', command: sleep },
            { name: 'fixed', command: sleep, securityContext: { readOnlyRootFilesystem: true } },
          ],
        },
      );
      await node.until('p', (pod) => pod?.status?.containerStatuses?.every(({ ready }) => ready) ?? false);
      const mount = ['mount', '-t', 'tmpfs', 'none', '/tmp'];
      assert.equal((await node.exec('p', 'main', mount)).exitCode, 0);
      assert.notEqual((await node.exec('p', 'plain', mount)).exitCode, 0);
      assert.equal((await node.exec('p', 'plain', ['touch', '/x'])).exitCode, 0);
      assert.match((await node.exec('p', 'fixed', ['touch', '/x'])).output, /Read-only file system/);
      assert.match(
        (await node.exec('p', 'plain', ['cat', '/proc/sysrq-trigger'])).output,
        /can't open|Permission|Input/,
      );
    },
  );

  test(
    'host-level operations are refused without the capability for them, and allowed with it',
    { skip },
    async (t) => {
      const node = await testNode(t);
      const container = (name: string, add: string[]) => ({
        name,
        command: sleep,
        securityContext: { capabilities: { add } },
      });
      const containers = [container('ptrace', ['SYS_PTRACE']), container('net', ['NET_ADMIN', 'NET_RAW'])];
      node.create(
        'p',
        { command: sleep },
        { containers: [...containers, container('admin', ['SYS_ADMIN'])] },
      );
      await node.until('p', (pod) => pod?.status?.containerStatuses?.every(({ ready }) => ready) ?? false);
      const run = async (name: string, script: string): Promise<string> => {
        const { exitCode, output } = await node.exec('p', name, ['sh', '-c', script]);
        return exitCode === 0 ? 'ok' : output;
      };
      for (const script of [
        'mount -t tmpfs none /tmp',
        'mount -o remount,rw /proc/sys',
        'unshare -U true',
        'unshare -n true',
        'hostname other',
        'ip addr add 192.0.2.9/32 dev lo',
        'swapon /etc/hosts',
        'dmesg',
        'echo 1 > /proc/sys/kernel/panic',
        'cat /proc/kcore',
        'mknod /dev/sda b 8 0 && cat /dev/sda',
        'mknod /dev/mem2 c 1 1 && cat /dev/mem2',
      ]) {
        assert.notEqual(await run('main', script), 'ok', script);
        assert.notEqual(await run('ptrace', script), 'ok', script);
      }
      assert.equal(
        await run('net', 'ip addr add 192.0.2.9/32 dev lo && ip addr del 192.0.2.9/32 dev lo'),
        'ok',
      );
      assert.notEqual(await run('net', 'mount -t tmpfs none /tmp'), 'ok');
      assert.equal(await run('admin', 'mount -t tmpfs none /tmp'), 'ok');
      assert.equal(await run('admin', 'unshare -n true'), 'ok');
      // Ordinary programs are not affected: processes and pipes.
      assert.equal(await run('main', 'sleep 0 & wait; echo a | cat'), 'ok');
    },
  );

  const noStrace = existsSync('/usr/bin/strace') ? false : 'strace is not installed';
  test('a debugger attaches to another process with SYS_PTRACE', { skip: noRunc ?? noStrace }, async (t) => {
    const node = await testNode(t);
    const securityContext = { capabilities: { add: ['SYS_PTRACE'] } };
    node.create('p', { image: 'debian', command: sleep, securityContext });
    await node.until('p', isRunning);
    // strace exits with the process that it traces.
    const script = 'sleep 2 & strace -o /tmp/trace -p $!; grep -q "exited with 0" /tmp/trace';
    const { exitCode, output } = await node.exec('p', 'main', ['sh', '-c', script]);
    assert.equal(exitCode, 0, output);
  });

  test('a container with a seccomp profile that the node lacks is not created', { skip }, async (t) => {
    const node = await testNode(t);
    const seccompProfile = { type: 'Localhost', localhostProfile: 'strict.json' };
    node.create('p', { command: sleep, securityContext: { seccompProfile } });
    const pod = await node.until(
      'p',
      (now) => now?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerError',
    );
    assert.match(
      pod.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
      /cannot load seccomp profile .*strict\.json/,
    );
  });

  test(
    'environment variables come from fields, ConfigMaps and Secrets, and are expanded in arguments',
    { skip },
    async (t) => {
      const node = await testNode(t);
      const object = (kind: string, data: Record<string, string>) => ({
        apiVersion: 'v1',
        kind,
        metadata: { name: 'c', namespace: 'default' },
        data,
      });
      node.store.create('configmaps', object('ConfigMap', { k: 'v' }));
      node.store.create('secrets', object('Secret', { s: Buffer.from('hidden').toString('base64') }));
      node.create('p', {
        command: ['sh', '-c', 'echo "$(A) $$(A) $(NO) $B $C $D $E"; sleep 3600; true'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: 'b$(A)' },
          { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'D', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
          { name: 'E', valueFrom: { secretKeyRef: { name: 'c', key: 's' } } },
        ],
      });
      await node.until('p', isRunning);
      const { output } = await node.exec('p', 'main', [
        'sh',
        '-c',
        'tr "\\0" "\\n" < /proc/1/cmdline | tail -1; echo $B $C $D $E',
      ]);
      assert.equal(output, 'echo "1 $(A) $(NO) $B $C $D $E"; sleep 3600; true\nb1 p v hidden\n');
    },
  );

  test('a missing ConfigMap key is a CreateContainerConfigError that names it', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      command: sleep,
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'nosuch', key: 'k' } } }],
    });
    const pod = await node.until(
      'p',
      (now) => now?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "nosuch" not found');
  });

  test(
    'emptyDir, projected and hostPath volumes have their modes and fsGroup',
    { skip: oneUserOnly ?? false },
    async (t) => {
      const node = await testNode(t);
      node.store.create('configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'c', namespace: 'default' },
        data: { k: 'v' },
      });
      node.create(
        'p',
        {
          command: sleep,
          securityContext: { runAsUser: 1000 },
          volumeMounts: [
            { name: 'e', mountPath: '/e' },
            { name: 'c', mountPath: '/c' },
            { name: 'c', mountPath: '/one/file', subPath: 'k' },
            { name: 'd', mountPath: '/d', readOnly: true },
            { name: 'h', mountPath: '/host', readOnly: true },
          ],
        },
        {
          securityContext: { fsGroup: 2000 },
          volumes: [
            { name: 'e', emptyDir: {} },
            { name: 'c', configMap: { name: 'c', defaultMode: 0o400 } },
            {
              name: 'd',
              downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] },
            },
            { name: 'h', hostPath: { path: '/etc' } },
          ],
        },
      );
      const pod = await node.until('p', isRunning);
      const script =
        'touch /e/x && ls -ln /e/x | cut -d" " -f5,7- | cut -c1-0; stat -c %g /e/x; cat /c/k /one/file /d/name; test -e /host/passwd && echo host; touch /host/x 2>&1';
      const { output } = await node.exec('p', 'main', ['sh', '-c', script]);
      assert.match(output, /2000\nvvphost\n/);
      assert.match(output, /Read-only file system/);
      assert.deepEqual(pod.status?.containerStatuses?.[0]?.volumeMounts?.at(3), {
        name: 'd',
        mountPath: '/d',
        readOnly: true,
        recursiveReadOnly: 'Disabled',
      });
    },
  );

  test('a pod waits for a missing volume source, and starts once it exists', { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      { command: sleep, volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      { volumes: [{ name: 'v', configMap: { name: 'late' } }] },
    );
    await new Promise<void>((resolve) => {
      node.store.subscribe('events', ({ object }) => {
        if (object['reason'] === 'FailedMount' && Number(object['count']) >= 2) resolve();
      });
    });
    const [event] = node.events('p');
    assert.equal(event?.message, 'MountVolume.SetUp failed for volume "v" : configmap "late" not found');
    node.store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'late', namespace: 'default' },
      data: { k: 'now' },
    });
    await node.until('p', isRunning);
    assert.equal((await node.exec('p', 'main', ['cat', '/v/k'])).output, 'now');
  });

  test("a pod can use the node's namespaces, and mount its root file system", { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      {
        command: sleep,
        // Needed to read the links in /proc of another user's process.
        securityContext: { privileged: true },
        volumeMounts: [{ name: 'root', mountPath: '/host' }],
      },
      {
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        volumes: [{ name: 'root', hostPath: { path: '/' } }],
      },
    );
    const pod = await node.until('p', isRunning);
    assert.equal(pod.status?.podIP, pod.status?.hostIP);
    // In a rootless sandbox, the node's namespaces are those of its first process.
    const links =
      'for n in net pid ipc; do test "$(readlink /proc/self/ns/$n)" = "$(readlink /proc/$1/ns/$n)" && echo $n; done; ls -d /host/proc';
    const { output } = await node.exec('p', 'main', [
      'sh',
      '-c',
      links,
      'sh',
      String(rootless ? 1 : process.pid),
    ]);
    assert.equal(output, 'net\npid\nipc\n/host/proc\n');
  });

  test('without overlayfs a container has its own writable copy of the image', { skip }, async (t) => {
    const node = await testNode(t, {}, { copies: true });
    node.create('p', { command: sleep }, { containers: [{ name: 'other', command: sleep }] });
    await node.until('p', (pod) => pod?.status?.containerStatuses?.every(({ ready }) => ready) ?? false);
    const script = 'echo mine >/etc/mine && rm /etc/group && ls -l /bin/sh && grep " / " /proc/mounts';
    const { output, exitCode } = await node.exec('p', 'main', ['sh', '-c', script]);
    assert.equal(exitCode, 0, output);
    assert.doesNotMatch(output, /overlay/);
    const other = await node.exec('p', 'other', ['sh', '-c', 'ls /etc/group /etc/mine']);
    assert.match(other.output, /^\/etc\/group$/m);
    assert.match(other.output, /\/etc\/mine: No such file/);
  });
});
